// What other features may use of this one.

export { default as AssistantMenu } from './AssistantMenu.vue';
export { default as PromptPicker } from './PromptPicker.vue';
export { forgetDrafts } from './drafts';
export { useAssistants } from './useAssistants';
export { useHandover } from './useHandover';
export { forgetGiven } from './usePromptFill';
