// The door of the real window: Tauri's commands, channels, events, and its small store for the page's preferences.

import { Channel, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getStore } from '@tauri-apps/plugin-store';
import type { Door, Prefs } from '../types';

/** Makes the door. */
export function makeTauriDoor(): Door {
  // The host has opened this one; the page may open no other file.
  const store = () => getStore('page.json');
  return {
    invoke: (name, request) => invoke(name, { request }),
    stream: (name, request, onEvent) => {
      const events = new Channel<Parameters<typeof onEvent>[0]>();
      events.onmessage = onEvent;
      return invoke(name, { request, events });
    },
    listen: (event, hear) => listen<Parameters<typeof hear>[0]>(event, (told) => hear(told.payload)),
    prefs: {
      load: async () => Object.fromEntries((await (await store())?.entries()) ?? []) as Partial<Prefs>,
      save: async (name, value) => {
        const kept = await store();
        await kept?.set(name, value);
        await kept?.save();
      },
    },
  };
}
