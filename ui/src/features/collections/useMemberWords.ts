// What is said about a member of a collection: its settings in a line.

import type { MemberSettingsView } from '@/generated/contract';
import { useWords } from '@/shared/useWords';

/** Words about members. */
export function useMemberWords() {
  const { t, count, language } = useWords();
  return {
    /** `temperature 0.8, at most 4,000 tokens, thinks much`; empty where nothing is set. */
    settingsShort: ({ temperature, max_tokens, reasoning }: MemberSettingsView): string =>
      [
        temperature === null ? '' : t('collections.said.temperature', { value: temperature.toLocaleString(language.value) }),
        max_tokens === null ? '' : t('collections.said.tokens', { n: count(max_tokens) }),
        reasoning === null ? '' : t(`collections.said.effort.${reasoning}`),
      ]
        .filter(Boolean)
        .join(', '),
  };
}
