// The vault: how it stands, and what opens it.

import { computed } from 'vue';
import type { VaultState } from '@/generated/contract';
import { useAnswer, useDeed } from '@/shared/ask';
import { useStatus } from '@/shared/status';

/** What a state offers as its way on. */
export interface WayOn {
  /** A passphrase may open it. */
  passphrase: boolean;
  /** Asking the keychain once more may open it. */
  retry: boolean;
}

/** The way on from each state. Only a keychain that may still answer is asked again. */
export function wayOn(state: VaultState, protectedBy: string | null): WayOn {
  const passphrase = protectedBy?.includes('passphrase') ?? false;
  switch (state) {
    case 'none':
    case 'unlocked':
    case 'opening':
      return { passphrase: false, retry: false };
    case 'locked':
      return { passphrase, retry: protectedBy?.includes('keychain') ?? false };
    case 'keychain_locked':
    case 'keychain_silent':
    case 'keychain_unavailable':
    case 'keychain_entry_missing':
    case 'keychain_entry_wrong':
      return { passphrase, retry: true };
    case 'broken':
      return { passphrase: false, retry: true };
  }
}

/** The vault as fetched, and its deeds. */
export function useVault() {
  const { status, failure, waiting, again } = useStatus();
  const fetched = useAnswer('vault', 'vault_status', {});
  const touched = ['vault', 'status', 'connections', 'models', 'desk'] as const;
  return {
    vault: computed(() => fetched.data.value ?? status.value?.vault),
    failure: computed(() => fetched.failure.value ?? failure.value),
    waiting: computed(() => waiting.value && fetched.waiting.value),
    again: () => {
      void fetched.again();
      void again();
    },
    unlock: useDeed('vault_unlock', [...touched]),
    retry: useDeed('vault_retry', [...touched]),
    lock: useDeed('vault_lock', [...touched]),
    setPassphrase: useDeed('vault_passphrase', [...touched]),
  };
}
