// What the page remembers of itself: language, look, size of text. Kept by the host, applied here.

import { reactive, watch } from 'vue';
import { useDoor } from '@/host/door';
import { usualPrefs, type Door, type Prefs } from '@/host/types';
import { languageOf, type makeWords } from './words';

const prefs = reactive<Prefs>({ ...usualPrefs });

/** Takes over what the host remembers. A host that does not answer costs 200 ms and leaves everything usual. */
export async function loadPrefs(door: Door): Promise<void> {
  const patience = new Promise<Partial<Prefs>>((resolve) => setTimeout(() => resolve({}), 200));
  const kept = await Promise.race([door.prefs.load().catch(() => ({})), patience]);
  Object.assign(prefs, usualPrefs, sane(kept));
}

/** Keeps what has a known form; a file edited by hand cannot break the page. */
export function sane(kept: Partial<Record<keyof Prefs, unknown>>): Partial<Prefs> {
  const allowed: { [K in keyof Prefs]: readonly Prefs[K][] } = {
    language: ['system', 'en', 'id'],
    look: ['system', 'light', 'dark'],
    textSize: [90, 100, 112, 125],
    deskListHidden: [true, false],
  };
  return Object.fromEntries(
    Object.entries(kept).filter(([name, value]) => (allowed[name as keyof Prefs] as readonly unknown[] | undefined)?.includes(value)),
  );
}

/** Makes the page follow its preferences from now on. */
export function applyPrefs(words: ReturnType<typeof makeWords>): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  const drawLook = () => {
    root.dataset.look = prefs.look === 'system' ? (dark.matches ? 'dark' : 'light') : prefs.look;
  };
  dark.addEventListener('change', drawLook);
  watch(() => prefs.look, drawLook, { immediate: true });
  watch(() => prefs.textSize, (size) => root.style.setProperty('--text-scale', String(size / 100)), { immediate: true });
  watch(
    () => prefs.language,
    (language) => {
      const chosen = language === 'system' ? languageOf(navigator.languages) : language;
      words.global.locale.value = chosen;
      root.lang = chosen;
    },
    { immediate: true },
  );
}

/** The preferences, and how to change one. */
export function usePrefs() {
  const door = useDoor();
  return {
    prefs,
    keep: <K extends keyof Prefs>(name: K, value: Prefs[K]) => {
      prefs[name] = value;
      // A preference that could not be kept still holds for this window; nothing is lost that a writer wrote.
      void door.prefs.save(name, value).catch(() => undefined);
    },
  };
}
