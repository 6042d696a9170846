// The door: the one way from the page to whatever hosts it. Components ask composables, composables ask the door, and
// nobody else. The real door stands in host/tauri; the tests bring their own.

import type { ChangedEvent, Commands, Streams } from '@/generated/contract';

/** A language that the page is written in. */
export type Language = 'en' | 'id';

/** What the page remembers for itself. Nothing in here is secret, and nothing is the writer's text. */
export interface Prefs {
  /** `system` takes the language of the machine. */
  language: Language | 'system';
  /** `system` follows the machine, by day and by night. */
  look: 'system' | 'light' | 'dark';
  /** The scale of all text, in hundredths: 100 is the usual size. */
  textSize: 90 | 100 | 112 | 125;
  /** The list of conversations is put away. */
  deskListHidden: boolean;
}

/** How the page is before the writer has changed anything. */
export const usualPrefs: Prefs = { language: 'system', look: 'system', textSize: 100, deskListHidden: false };

/** Things that the host tells unasked. */
export interface HostEvents {
  /** Some of what the page may have fetched is no longer true. */
  changed: ChangedEvent;
}

/** Everything that the page can ask of its host. Refusals are thrown as `FaultView`. */
export interface Door {
  /** Runs a command and brings its answer. */
  invoke<K extends keyof Commands>(name: K, request: Commands[K]['request']): Promise<Commands[K]['answer']>;
  /** Runs a command that tells what happens while it runs; ends when it ends. */
  stream<K extends keyof Streams>(
    name: K,
    request: Streams[K]['request'],
    onEvent: (event: Streams[K]['event']) => void,
  ): Promise<Streams[K]['answer']>;
  /** Hears what the host tells; gives back the way to stop hearing it. */
  listen<K extends keyof HostEvents>(event: K, hear: (payload: HostEvents[K]) => void): Promise<() => void>;
  /** What the page remembers. */
  prefs: {
    /** What was changed; what was never changed is absent. */
    load(): Promise<Partial<Prefs>>;
    /** Keeps one thing. */
    save<K extends keyof Prefs>(name: K, value: Prefs[K]): Promise<void>;
  };
}
