// Puts the page together over any door, and shows it.

import { VueQueryPlugin } from '@tanstack/vue-query';
import { createApp } from 'vue';
import { provideDoor } from '@/host/door';
import type { Door } from '@/host/types';
import { hearChanges, makeQueryClient } from '@/shared/ask';
import { applyPrefs, loadPrefs } from '@/shared/prefs';
import { finishAll } from '@/shared/undo';
import { languageOf, makeWords } from '@/shared/words';
import '@/shared/style/page.css';
import AppFrame from './frame/AppFrame.vue';
import { makePaths } from './paths';

/** Opens the page in the element that `place` names. */
export async function openPage(door: Door, place: string): Promise<void> {
  // The faces of the first page are asked for before anything is drawn, so that no text changes its look afterwards.
  for (const face of ['400 1em "Source Sans 3"', '600 1em "Source Sans 3"', '400 1em "Source Serif 4"']) void document.fonts?.load(face);
  const words = makeWords(languageOf(navigator.languages));
  const queryClient = makeQueryClient();
  await loadPrefs(door);

  const app = createApp(AppFrame);
  app.use(words);
  app.use(VueQueryPlugin, { queryClient });
  app.use(makePaths());
  provideDoor(app, door);
  applyPrefs(words);
  app.mount(place);

  void door.listen('changed', hearChanges(queryClient));
  window.addEventListener('pagehide', finishAll);
}
