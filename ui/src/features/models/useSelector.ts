// The floating selector: any feature opens it and says what choosing means.

import { readonly, ref, shallowRef } from 'vue';

/** What opening the selector is for. */
export interface Choosing {
  /** The model that is marked. */
  current: string | undefined;
  /** A line above the list, where choosing does more than the usual. */
  purpose?: string;
  /** Only the models of this connection. */
  only?: string;
  /** Takes the choice. */
  choose: (id: string) => void;
}

const open = ref(false);
const choosing = shallowRef<Choosing>();

/** Opens and closes the one selector of the window. */
export function useSelector() {
  return {
    selectorOpen: readonly(open),
    choosing: readonly(choosing),
    openSelector: (what: Choosing) => {
      choosing.value = what;
      open.value = true;
    },
    closeSelector: () => {
      open.value = false;
    },
  };
}
