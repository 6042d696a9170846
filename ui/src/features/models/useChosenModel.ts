// The model in use: what the writer chose just now, else the conversation's own, else the last used, else the default.

import { computed, ref } from 'vue';
import { useModels } from './useModels';

const wished = ref<string>();
const ofConversation = ref<string>();
let followed: string | undefined;
let forNext = false;

/** The model that the next text goes to. */
export function useChosenModel() {
  const { data, find } = useModels();
  const chosenId = computed(
    () => wished.value ?? ofConversation.value ?? data.value?.last_model ?? data.value?.default_model ?? undefined,
  );
  return {
    /** `slug/model-id`. */
    chosenId,
    /** What is known of it; absent while the list is not there, or when the model is gone. */
    chosen: computed(() => find(chosenId.value)),
    /** Chooses another one for what is written next here. */
    choose: (id: string) => {
      wished.value = id;
    },
    /** Chooses one for the page that is opened next. */
    chooseForNext: (id: string) => {
      wished.value = id;
      forNext = true;
    },
    /** This conversation is open: its own model counts from now on, unless the writer chose one for it. */
    followConversation: (place: string, model: string | undefined) => {
      if (place !== followed && !forNext) wished.value = undefined;
      forNext = false;
      followed = place;
      ofConversation.value = model;
    },
  };
}
