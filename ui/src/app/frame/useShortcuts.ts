// Keys that work everywhere: Ctrl/Cmd-K selector, -1..7 rail, -comma settings, Shift-L lock, F6 from region to region.

import { onMounted, onScopeDispose } from 'vue';
import { useRouter } from 'vue-router';
import { useChosenModel, useSelector } from '@/features/models';
import { useDeed } from '@/shared/ask';
import { useStatus } from '@/shared/status';
import { lastOnDesk, places } from '../paths';

/** What a key press means, if it means anything. Pure, for the tests. */
export function meaningOf(key: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>) {
  if (key.key === 'F6' && !key.altKey && !key.ctrlKey) return { deed: 'region', back: key.shiftKey } as const;
  if (!(key.ctrlKey || key.metaKey) || key.altKey) return undefined;
  if (key.shiftKey) return key.code === 'KeyL' ? ({ deed: 'lock' } as const) : undefined;
  if (key.key.toLowerCase() === 'k') return { deed: 'selector' } as const;
  if (key.key === ',') return { deed: 'place', place: 'settings' } as const;
  const place = /^[1-7]$/.test(key.key) ? places[Number(key.key) - 1] : undefined;
  return place && ({ deed: 'place', place } as const);
}

/** Listens for the keys as long as the frame stands. */
export function useShortcuts(): void {
  const router = useRouter();
  const { status } = useStatus();
  const { chosenId, choose } = useChosenModel();
  const { openSelector, closeSelector, selectorOpen } = useSelector();
  const lock = useDeed('vault_lock', ['vault', 'status', 'desk', 'connections', 'models']);

  function press(event: KeyboardEvent): void {
    const meaning = meaningOf(event);
    if (!meaning) return;
    event.preventDefault();
    if (meaning.deed === 'region') moveRegion(meaning.back);
    else if (meaning.deed === 'place') void router.push({ name: meaning.place, params: meaning.place === 'desk' ? { conversation: lastOnDesk.value } : {} });
    else if (meaning.deed === 'lock') {
      if (status.value?.vault.protected_by?.includes('passphrase')) void lock.run({});
    } else if (selectorOpen.value) closeSelector();
    else openSelector({ current: chosenId.value, choose });
  }
  onMounted(() => window.addEventListener('keydown', press));
  onScopeDispose(() => window.removeEventListener('keydown', press));
}

function moveRegion(back: boolean): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')];
  const here = regions.findLastIndex((region) => region.contains(document.activeElement));
  const next = regions[(here + (back ? -1 : 1) + regions.length) % regions.length];
  next?.focus();
}
