// What the rooms of prompts and assistants hand over to the Desk: a prompt to fill there, an assistant to write with.

import { readonly, ref } from 'vue';

const pickerOpen = ref(false);
const pickedPrompt = ref<string>();
const nextAssistant = ref<string>();

/** The one picker of prompts, and the assistant for the page that is opened next. */
export function useHandover() {
  return {
    pickerOpen: readonly(pickerOpen),
    /** The prompt whose form is open in the picker; absent while one is still sought. */
    pickedPrompt: readonly(pickedPrompt),
    /** Opens the picker on the Desk, at once with this prompt's form where one is named. */
    openPicker: (prompt?: string) => {
      pickedPrompt.value = prompt;
      pickerOpen.value = true;
    },
    pick: (prompt: string | undefined) => {
      pickedPrompt.value = prompt;
    },
    closePicker: () => {
      pickerOpen.value = false;
      pickedPrompt.value = undefined;
    },
    /** Keeps an assistant for the page that is opened next. */
    writeWith: (assistant: string) => {
      nextAssistant.value = assistant;
    },
    /** Takes it out. */
    takeAssistant(): string | undefined {
      const taken = nextAssistant.value;
      nextAssistant.value = undefined;
      return taken;
    },
  };
}
