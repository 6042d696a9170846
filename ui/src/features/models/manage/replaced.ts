// Where a model was replaced, in words.

import type { ModelsReplacedView } from '@/generated/contract';
import { useWords } from '@/shared/useWords';

const counted = ['collections', 'conversations', 'prompts', 'assistants', 'features', 'connections'] as const;

/** Words about a replacement. */
export function useReplacedWords() {
  const { t, count, language } = useWords();
  return {
    /** One sentence: `Haiku took its place: in 2 collections and as your default model.` */
    told(view: ModelsReplacedView, from: string, to: string): string {
      const places = counted.filter((place) => view[place] > 0).map((place) => t(`manage.replaced.${place}`, { n: count(view[place]) }, view[place]));
      if (view.default_model) places.push(t('manage.replaced.default_model'));
      if (places.length === 0) return t('manage.replaced.nowhere', { name: from });
      return t('manage.replaced.where', { name: to, places: new Intl.ListFormat(language.value, { type: 'conjunction' }).format(places) });
    },
  };
}
