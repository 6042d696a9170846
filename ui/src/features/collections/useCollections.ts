// All collections, and what is done with them. Deleting waits ten seconds, in which it can be taken back.

import { computed, shallowRef } from 'vue';
import type { CollectionView } from '@/generated/contract';
import { announce } from '@/shared/announce';
import { useAnswer, useDeed } from '@/shared/ask';
import { useWords } from '@/shared/useWords';
import { leaveNow, leaveSoon, useLeaving } from './leaving';

/** A collection's new name. */
export interface Renamed {
  from: string;
  to: string;
}

const renamed = shallowRef<Renamed>();
const deletionOf = (name: string) => `collection:${name}`;

/** What was renamed lately: a deed that waits finds its collection under the new name. */
const names = new Map<string, string>();

/** The name that a collection has now. */
export function nameNow(name: string): string {
  const next = names.get(name);
  return next === undefined ? name : nameNow(next);
}

/** All collections and what can be done with them. */
export function useCollections() {
  const { t } = useWords();
  const { away, waits, takeBack } = useLeaving();
  const list = useAnswer('models', 'collections_list', {});
  const create = useDeed('collections_create');
  const add = useDeed('collections_add');
  const rename = useDeed('collections_rename');
  const remove = useDeed('collections_delete');
  const setDefault = useDeed('collections_default');
  const take = useDeed('collections_import');

  async function fetched<T>(answer: T | undefined): Promise<T | undefined> {
    if (answer !== undefined) await list.again();
    return answer;
  }
  const leavingAs = (name: string) => list.data.value?.find((one) => one.name.toLowerCase() === name.trim().toLowerCase() && waits(deletionOf(one.name)));
  /** A name is free once the collection that had it is deleted: one that only waits for that is deleted now. */
  async function makeRoomFor(name: string): Promise<void> {
    const waiting = leavingAs(name);
    if (waiting) {
      takeBack(deletionOf(waiting.name));
      await leaveNow(deletionOf(waiting.name), async () => fetched(await remove.run({ name: waiting.name })));
    }
    names.delete(name.trim());
  }

  return {
    ...list,
    /** Those that are there, without those that wait to be deleted. */
    collections: computed(() => (list.data.value ?? []).filter((one) => !away(deletionOf(one.name)))),
    /** The last one that got another name. */
    renamed,
    create: async (name: string): Promise<CollectionView | undefined> => {
      await makeRoomFor(name);
      return fetched(await create.run({ name }));
    },
    creating: create.running,
    createFailure: create.failure,
    forgetCreating: create.forget,
    /** Makes a collection of these models: one that was offered. */
    createOf: async (name: string, models: string[]): Promise<CollectionView | undefined> => {
      await makeRoomFor(name);
      const made = await create.run({ name });
      if (!made || models.length === 0) return fetched(made);
      return fetched((await add.run({ name: made.name, models })) ?? made);
    },
    /** Puts models at the end of a collection. */
    add: async (name: string, models: string[]) => fetched(await add.run({ name, models })),
    addFailure: add.failure,
    rename: async (name: string, to: string): Promise<CollectionView | undefined> => {
      await makeRoomFor(to);
      const view = await rename.run({ name, to });
      if (view && view.name !== name) {
        names.set(name, view.name);
        renamed.value = { from: name, to: view.name };
      }
      return fetched(view);
    },
    renaming: rename.running,
    renameFailure: rename.failure,
    forgetRenaming: rename.forget,
    remove: (collection: CollectionView) =>
      leaveSoon(
        deletionOf(collection.name),
        t(collection.default ? 'collections.deleted_default' : 'collections.deleted', { name: collection.name }),
        async () => fetched(await remove.run({ name: nameNow(collection.name) })),
      ),
    removeFailure: remove.failure,
    /** Whether a collection of this name only waits to be deleted. */
    waitsToGo: (name: string) => leavingAs(name) !== undefined,
    /** Makes a collection the default; without a name, none is. */
    setDefault: async (name?: string) => {
      if (await fetched(await setDefault.run(name === undefined ? {} : { name }))) announce(name === undefined ? t('collections.default_none_said') : t('collections.default_said', { name }));
    },
    settingDefault: setDefault.running,
    defaultFailure: setDefault.failure,
    take: async (text: string, name: string): Promise<CollectionView | undefined> => {
      await makeRoomFor(name);
      return fetched(await take.run({ text, name }));
    },
    taking: take.running,
    takeFailure: take.failure,
    forgetTaking: take.forget,
  };
}
