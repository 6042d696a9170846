// A prompt or an assistant while it is being written. What is not saved yet outlives its page: whoever comes back finds it.

import { computed, reactive, watch } from 'vue';
import type { AssistantSaveRequest, AssistantView, MemberSettingsView, PromptSaveRequest, PromptVariable, PromptView } from '@/generated/contract';
import type { Language } from '@/host/types';

/** A prompt as the form holds it. */
export interface PromptDraft {
  name: string;
  text: string;
  /** The blanks of which more is said than their names. */
  variables: PromptVariable[];
  model: string | undefined;
  /** An assistant's id, or empty for none. */
  assistant: string;
  settings: MemberSettingsView;
}

/** An assistant as the form holds it. */
export interface AssistantDraft {
  name: string;
  description: string;
  instructions: string;
  feature: AssistantView['feature'];
  model: string | undefined;
  settings: MemberSettingsView;
  webSearch: boolean;
}

/** A copy of its own, also of what Vue watches. */
export function copyOf<T>(plain: T): T {
  return JSON.parse(JSON.stringify(plain)) as T;
}

/** Settings that leave everything to the model. */
export const noSettings: MemberSettingsView = { temperature: null, max_tokens: null, reasoning: null };

/** A blank of which nothing is said but its name. */
export function plainBlank(name: string): PromptVariable {
  return { name, label: '', kind: 'short', choices: [], default: '', optional: false };
}

/** The form of a prompt, or of a new one. */
export function promptDraft(prompt?: PromptView): PromptDraft {
  return {
    name: prompt?.name ?? '',
    text: prompt?.text ?? '',
    variables: copyOf(prompt?.variables ?? []),
    model: prompt?.model?.id,
    assistant: prompt?.assistant?.id ?? '',
    settings: { ...(prompt?.settings ?? noSettings) },
  };
}

/** The form of an assistant, or of a new one. */
export function assistantDraft(language: Language, assistant?: AssistantView): AssistantDraft {
  return {
    name: assistant?.name[language] ?? '',
    description: assistant?.description[language] ?? '',
    instructions: assistant?.instructions ?? '',
    feature: assistant?.feature ?? 'chat',
    model: assistant?.model?.id,
    settings: { ...(assistant?.settings ?? noSettings) },
    webSearch: assistant?.web_search ?? false,
  };
}

/** What saving a prompt asks for. */
export function promptRequest(draft: PromptDraft, id?: string): PromptSaveRequest {
  return {
    ...(id ? { id } : {}),
    name: draft.name.trim(),
    text: draft.text,
    variables: draft.variables,
    ...(draft.model ? { model: draft.model } : {}),
    ...(draft.assistant ? { assistant: draft.assistant } : {}),
    settings: draft.settings,
  };
}

/** What saving an assistant asks for. */
export function assistantRequest(draft: AssistantDraft, id?: string): AssistantSaveRequest {
  return {
    ...(id ? { id } : {}),
    name: draft.name.trim(),
    description: draft.description.trim(),
    instructions: draft.instructions,
    feature: draft.feature,
    ...(draft.model ? { model: draft.model } : {}),
    settings: draft.settings,
    web_search: draft.webSearch,
  };
}

/** The blanks with one of them changed; one that was only found in the text is described from now on. Pure. */
export function withBlank(variables: readonly PromptVariable[], changed: PromptVariable): PromptVariable[] {
  return variables.some((one) => one.name === changed.name) ? variables.map((one) => (one.name === changed.name ? changed : one)) : [...variables, changed];
}

/** A form, and what it began from. */
interface Unsaved<D> {
  was: string;
  draft: D;
}
const unsaved = reactive(new Map<string, Unsaved<object>>());

/** Forgets all forms: the vault has closed. */
export function forgetDrafts(): void {
  unsaved.clear();
}

/**
 * The form under this key. What was written into it and not saved is there again when its page comes back; where nothing
 * was, it follows `fresh`, what is kept.
 */
export function useUnsaved<D extends object>(key: string, fresh: () => D) {
  const known = unsaved.get(key);
  if (!known || known.was === JSON.stringify(known.draft)) unsaved.set(key, begun(fresh()));
  const form = unsaved.get(key) as Unsaved<D>;
  const changed = computed(() => JSON.stringify(form.draft) !== form.was);

  function follow(): void {
    const now = begun(fresh());
    form.was = now.was;
    Object.assign(form.draft, now.draft);
  }
  watch(
    () => JSON.stringify(fresh()),
    () => !changed.value && follow(),
  );
  return {
    draft: form.draft,
    /** Something was written that is not saved. */
    changed,
    /** What stands in the form is saved now. */
    settle(): void {
      form.was = JSON.stringify(form.draft);
    },
    /** Lets go what was written. */
    putBack(): void {
      follow();
      unsaved.delete(key);
    },
  };
}

const begun = <D extends object>(draft: D): Unsaved<D> => ({ was: JSON.stringify(draft), draft });
