// Which rule picked the model, in a few words. The rule is the engine's; here it only gets its words.

import type { AnswerView, DeskEstimateView } from '@/generated/contract';
import { useModels } from '@/features/models';
import { useAssistants } from '@/features/prompts';
import { useWords } from '@/shared/useWords';

/** Words about the rule that picked a model. */
export function useRuleWords() {
  const { t } = useWords();
  const { find } = useModels();
  const { nameOf, said } = useAssistants();

  return {
    /** Before sending, with this assistant's id: `Chosen by you, from the collection Prose; Claude answers first`. */
    before(estimate: DeskEstimateView | undefined, assistant: string): string {
      if (!estimate) return '';
      if (estimate.model === null || estimate.picked_by === null) return t('desk.rule.nobody');
      const rule = t(`desk.rule.before.${estimate.picked_by}`, { assistant: nameOf(assistant), feature: t(`desk.rule.features.${estimate.feature}`) });
      const first = find(estimate.model)?.name ?? estimate.model;
      const picked = estimate.collection === null ? rule : t('desk.rule.collection_before', { rule, name: estimate.collection, model: first });
      return estimate.web_search === null ? picked : `${picked}. ${t(`desk.web.before_${estimate.web_search}`)}`;
    },
    /** Under an answer: `chosen by you, from the collection Prose`. Answers of older versions do not know it. */
    after(answer: AnswerView): string {
      if (answer.picked_by === null) return '';
      const assistant = answer.assistant ? said(answer.assistant.name) : '';
      const rule = t(`desk.rule.after.${answer.picked_by}`, { assistant, feature: t(`desk.rule.features.${answer.feature ?? 'chat'}`) });
      return answer.collection === null ? rule : t('desk.rule.collection_after', { rule, name: answer.collection });
    },
  };
}
