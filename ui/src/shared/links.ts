// Links in a model's text. None of them leads anywhere by itself: the writer is asked first, and the door opens it.

import { ref } from 'vue';

/** The address that the writer is being asked about. */
export const wishedLink = ref<string>();

/** Asks about the link that was pressed, if one was. For click and key events on a text. */
export function askToFollow(event: Event): void {
  const address = (event.target as HTMLElement).closest<HTMLElement>('a[data-link]')?.dataset.link;
  if (!address) return;
  event.preventDefault();
  wishedLink.value = address;
}
