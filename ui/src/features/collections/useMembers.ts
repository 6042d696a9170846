// One collection as an ordered list of models. A new order is shown at once and kept behind it; removing waits ten
// seconds, in which it can be taken back.

import { computed, ref, shallowRef, watchEffect, type Ref } from 'vue';
import type { MemberSettingsView, MemberView } from '@/generated/contract';
import { announce } from '@/shared/announce';
import { useAnswer, useDeed } from '@/shared/ask';
import { useWords } from '@/shared/useWords';
import { leaveSoon, useLeaving } from './leaving';
import { moved } from './members';
import { nameNow } from './useCollections';

const removalOf = (name: string, id: string) => `member:${nameNow(name)}:${id}`;

/** The collection of this name. */
export function useMembers(name: Readonly<Ref<string>>) {
  const { t } = useWords();
  const leaving = useLeaving();
  const list = useAnswer('models', 'collections_list', {});
  const add = useDeed('collections_add');
  const remove = useDeed('collections_remove');
  const reorder = useDeed('collections_reorder');
  const settings = useDeed('collections_settings');

  const collection = computed(() => list.data.value?.find((one) => one.name === name.value));
  /** The list is there, and no collection of this name stands in it; one that is just renamed comes with the next list. */
  const missing = ref(false);
  watchEffect(() => {
    if (collection.value) missing.value = false;
    else if (list.data.value && !list.asking.value) missing.value = true;
  });
  const wished = shallowRef<{ of: string; ids: string[] }>();
  const ordered = computed<MemberView[]>(() => {
    const models = collection.value?.models ?? [];
    const wish = wished.value;
    if (wish?.of !== name.value) return models;
    const place = new Map(wish.ids.map((id, at) => [id, at]));
    return [...models].sort((a, b) => (place.get(a.id) ?? wish.ids.length) - (place.get(b.id) ?? wish.ids.length));
  });
  const away = (id: string) => leaving.away(removalOf(name.value, id));
  const members = computed(() => ordered.value.filter((member) => !away(member.id)));

  /** Moves a member to a place among those in sight. */
  async function move(member: MemberView, to: number): Promise<void> {
    const ids = moved(ordered.value.map((one) => one.id), member.id, to, away);
    const wish = { of: name.value, ids };
    wished.value = wish;
    announce(t('collections.moved', { name: member.name, place: members.value.findIndex((one) => one.id === member.id) + 1, of: members.value.length }));
    await reorder.run({ name: name.value, models: ids });
    await list.again();
    // A later move has its own wish.
    if (wished.value === wish) wished.value = undefined;
  }

  return {
    collection,
    members,
    missing,
    failure: list.failure,
    waiting: list.waiting,
    again: list.again,
    move,
    /** Puts a model at the end; one that waits to be removed stays instead. */
    add: async (id: string, label: string): Promise<boolean> => {
      if (leaving.waits(removalOf(name.value, id))) leaving.takeBack(removalOf(name.value, id));
      else if (!(await add.run({ name: name.value, models: [id] }))) return false;
      await list.again();
      announce(t('collections.added', { name: label }));
      return true;
    },
    adding: add.running,
    remove: (member: MemberView) => {
      const of = name.value;
      leaveSoon(removalOf(of, member.id), t('collections.member_removed', { name: member.name, collection: of }), async () => {
        await remove.run({ name: nameNow(of), models: [member.id] });
        await list.again();
      });
    },
    keepSettings: async (id: string, view: MemberSettingsView): Promise<boolean> => {
      const kept = await settings.run({ name: name.value, model: id, settings: view });
      if (kept) await list.again();
      return kept !== undefined;
    },
    settingsFailure: settings.failure,
    deedFailure: computed(() => add.failure.value ?? reorder.failure.value ?? remove.failure.value),
  };
}
