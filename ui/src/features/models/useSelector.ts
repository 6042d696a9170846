// The floating selector: any feature opens it and says what choosing means.

import { readonly, ref, shallowRef } from 'vue';
import type { ModelFilter } from './filter';

/** What opening the selector is for. */
export interface Choosing {
  /** The model or collection that is marked. */
  current: string | undefined;
  /** A line above the list, where choosing does more than the usual. */
  purpose?: string;
  /** Only the models of this connection. */
  only?: string | undefined;
  /** Collections are no answer here. */
  modelsOnly?: boolean;
  /** It stays open for another one, until the writer closes it. */
  several?: boolean;
  /** What is chosen is named somewhere and sent nothing now: what only cannot be used at the moment can be chosen too. */
  naming?: boolean;
  /** Takes the choice: a model's id, or the name of a collection. */
  choose: (id: string) => void;
}

/** Where a writer was in a list, so that it opens there again. */
export interface ListPlace {
  /** What it was narrowed to. */
  filter: ModelFilter;
  /** The row that was pointed at, by its key. */
  pointed?: string | undefined;
  /** How far it was scrolled, in pixels. */
  top: number;
  /** What was marked then. */
  chosen?: string | undefined;
}

const open = ref(false);
const choosing = shallowRef<Choosing>();
let place: ListPlace = { filter: {}, top: 0 };

/** Opens and closes the one selector of the window. */
export function useSelector() {
  return {
    selectorOpen: readonly(open),
    choosing: readonly(choosing),
    /** Where the writer was when it closed, in this window. */
    lastPlace: () => place,
    keepPlace: (now: ListPlace) => {
      place = now;
    },
    openSelector: (what: Choosing) => {
      choosing.value = what;
      open.value = true;
    },
    closeSelector: () => {
      open.value = false;
    },
  };
}
