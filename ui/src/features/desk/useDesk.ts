// One conversation as it stands: its kept turns, the answer that comes in, and what a writer can do with them.

import { useQueryClient } from '@tanstack/vue-query';
import { computed, toValue, type MaybeRefOrGetter } from 'vue';
import type { DeskOpenView, DeskRetryRequest, DeskSendRequest, MessageView } from '@/generated/contract';
import { useDoor } from '@/host/door';
import { announce } from '@/shared/announce';
import { fetchAnew, useAnswer, useDeed } from '@/shared/ask';
import { doSoon, useUndo } from '@/shared/undo';
import { useWords } from '@/shared/useWords';
import { ComingAnswer, comingAnswers, newPlace, turnsWith } from './answers';
import type { Wish } from './useComposer';

/** What to hear about while an answer comes in. */
export interface Hearing {
  /** It is on its way, in this conversation. */
  began?: (conversation: string) => void;
  /** It never began: the text belongs back into the composer. */
  never?: () => void;
}

/** The conversation at this place; `newPlace` for one that does not exist yet. */
export function useDesk(place: MaybeRefOrGetter<string>) {
  const door = useDoor();
  const client = useQueryClient();
  const { t, told } = useWords();
  const { hidden } = useUndo();
  const request = computed(() => (toValue(place) === newPlace ? {} : { conversation: toValue(place) }));
  const open = useAnswer('desk', 'desk_open', request);
  const edit = useDeed('desk_edit', ['desk']);
  const remove = useDeed('desk_delete_message', ['desk']);
  const stopDeed = useDeed('desk_stop');

  const coming = computed(() => comingAnswers.get(toValue(place)));
  const turns = computed<MessageView[]>(() =>
    turnsWith(open.data.value?.messages ?? [], coming.value?.told).filter((message) => !hidden(message.id)),
  );

  function announceEnd(answer: ComingAnswer): void {
    const { answer: message, failure } = answer.told;
    const fault = failure ?? message?.fault;
    if (fault) announce(told(fault));
    else if (message?.state === 'stopped') announce(t('desk.stopped_said'));
    else announce(t('desk.finished_said'));
  }

  async function run(answer: ComingAnswer, call: (hear: ComingAnswer['take']) => Promise<MessageView>, hearing: Hearing): Promise<void> {
    const began = answer.told.place;
    comingAnswers.set(began, answer);
    try {
      answer.keep(
        await call((event) => {
          answer.take(event);
          if (event.kind !== 'started') return;
          comingAnswers.delete(began);
          comingAnswers.set(event.conversation.id, answer);
          hearing.began?.(event.conversation.id);
        }),
      );
    } catch (thrown) {
      answer.fail(thrown);
    }
    announceEnd(answer);
    if (answer.told.phase === 'failed') {
      hearing.never?.();
      return;
    }
    // The kept truth takes over from the stream without a gap: first it is fetched, then the stream is let go.
    // The answer is drawn before that, in a frame of its own.
    await new Promise((drawn) => setTimeout(drawn, 40));
    await fetchAnew(client, 'desk');
    if (comingAnswers.get(answer.told.place) === answer) comingAnswers.delete(answer.told.place);
  }

  /** True while an answer is being sent or comes in here. */
  const busy = computed(() => coming.value?.told.phase === 'sending' || coming.value?.told.phase === 'coming');

  return {
    ...open,
    /** The conversation and draft as kept. */
    kept: computed<DeskOpenView | undefined>(() => open.data.value),
    turns,
    coming,
    busy,
    /** Sends a text. A second press while one is on its way does nothing. */
    send(text: string, wish: Wish, hearing: Hearing = {}): Promise<void> {
      const at = toValue(place);
      if (busy.value || text.trim() === '') return Promise.resolve();
      const request: DeskSendRequest = { text, ...(at === newPlace ? {} : { conversation: at }), ...wish };
      return run(new ComingAnswer(at, text), (hear) => door.stream('desk_send', request, hear), hearing);
    },
    /** Answers a turn again, with another model or another text where given. */
    retry(message: string, change: Omit<Wish, 'prompt'> & { text?: string } = {}): Promise<void> {
      if (busy.value) return Promise.resolve();
      const request: DeskRetryRequest = { message, ...change };
      return run(new ComingAnswer(toValue(place), '', message), (hear) => door.stream('desk_retry', request, hear), {});
    },
    /** Stops the answer that comes in; the request to the provider ends too. */
    async stop(): Promise<void> {
      const answer = coming.value;
      const id = answer?.told.answer?.id;
      if (!answer || !id || answer.told.stopping) return;
      answer.told.stopping = true;
      await stopDeed.run({ message: id });
    },
    /** Forgets a sending that never began. */
    forgetFailure: () => comingAnswers.delete(toValue(place)),
    /** Changes a text without sending anything. */
    edit: (message: string, text: string) => edit.run({ message, text }),
    editFailure: edit.failure,
    /** Deletes a message in ten seconds, unless that is undone. */
    remove: (message: MessageView) =>
      doSoon({ id: message.id, told: t('desk.message_deleted'), happen: () => void remove.run({ message: message.id }) }),
    removeFailure: remove.failure,
  };
}
