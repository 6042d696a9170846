// The model in use: what the writer chose just now, else what the engine says would answer. Until it has said so: the
// conversation's own, the feature's, the last used, the default.

import { computed, readonly, ref } from 'vue';
import { useModels } from './useModels';

/** What the engine says of the text in the composer. */
export interface Picked {
  /** The model that would answer. */
  model: string | null;
  /** The collection through which it is reached. */
  collection: string | null;
}

const wished = ref<string>();
const ofConversation = ref<string>();
const picked = ref<Picked>();
let followed: string | undefined;
let forNext = false;

/** The model that the next text goes to. */
export function useChosenModel() {
  const { data, find, findCollection } = useModels();
  const ofChat = computed(() => data.value?.feature_defaults.find((one) => one.feature === 'chat')?.model);
  const chosenId = computed(
    () =>
      wished.value ??
      picked.value?.collection ??
      picked.value?.model ??
      ofConversation.value ??
      ofChat.value ??
      data.value?.last_model ??
      data.value?.default_model ??
      undefined,
  );
  return {
    /** `slug/model-id`, or the name of a collection. */
    chosenId,
    /** What is known of the model that would answer; absent while the list is not there, or when the model is gone. */
    chosen: computed(() => find(picked.value?.model ?? findCollection(chosenId.value)?.answers ?? chosenId.value)),
    /** The collection that was chosen, where it is one. */
    collection: computed(() => findCollection(chosenId.value)),
    /** What the writer chose for this place, and nothing else: only this is an explicit wish. */
    wishedId: readonly(wished),
    /** Takes over what the engine says. */
    followPick: (told: Picked | undefined) => {
      picked.value = told;
    },
    /** Chooses another one for what is written next here. */
    choose: (id: string) => {
      wished.value = id;
      picked.value = undefined;
    },
    /** Takes the choice back: a newer one counts, or the conversation remembers it from now on. */
    unchoose: () => {
      wished.value = undefined;
    },
    /** Chooses one for the page that is opened next. */
    chooseForNext: (id: string) => {
      wished.value = id;
      picked.value = undefined;
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
