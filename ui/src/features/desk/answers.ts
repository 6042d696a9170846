// Answers that are coming in. They live longer than the page that shows them: whoever comes back to the Desk finds the
// text that arrived meanwhile. Pieces of text go past Vue, straight to whoever draws them.

import { shallowReactive, type ShallowReactive } from 'vue';
import type { AnswerAssistantView, ConversationView, DeskEvent, MessageView } from '@/generated/contract';
import { asFailure, type Failure } from '@/shared/fault';

/** The place of a conversation that has no id yet. */
export const newPlace = '';

/** What an answer has told so far. */
export interface Coming {
  /** Where it is shown: the conversation's id, or `newPlace` until it has one. */
  place: string;
  /** The writer's text, while it is not kept yet. */
  sent: string;
  /** A message that is answered again; it and what follows goes once the new answer begins. */
  retried: string | undefined;
  /** The conversation, once known. */
  conversation: ConversationView | undefined;
  /** The writer's turn, once kept. */
  user: MessageView | undefined;
  /** The answer: empty while it comes in, whole when it is kept. */
  answer: MessageView | undefined;
  /** `sending` until it is on its way, `coming` while it comes in, `kept` at its end, `failed` if it never began. */
  phase: 'sending' | 'coming' | 'kept' | 'failed';
  /** Nothing has come for some seconds: what was told about that last. */
  waited: { ms: number; local: boolean; loaded: boolean | null } | undefined;
  /** What Auto chose, once it has. */
  assistant: AnswerAssistantView | undefined;
  /** The writer asked to stop. */
  stopping: boolean;
  /** Why it never began. */
  failure: Failure | undefined;
}

/** One answer on its way. */
export class ComingAnswer {
  /** What has been told; reactive. */
  readonly told: ShallowReactive<Coming>;
  /** The text so far; not reactive. */
  text = '';
  /** The reasoning so far; not reactive. */
  reasoning = '';
  private readonly hearers = new Set<() => void>();

  constructor(place: string, sent: string, retried?: string) {
    this.told = shallowReactive({
      place,
      sent,
      retried,
      conversation: undefined,
      user: undefined,
      answer: undefined,
      phase: 'sending',
      waited: undefined,
      assistant: undefined,
      stopping: false,
      failure: undefined,
    });
  }

  /** Hears that text arrived; gives back the way to stop hearing. */
  onText(hear: () => void): () => void {
    this.hearers.add(hear);
    return () => this.hearers.delete(hear);
  }

  /** Takes an event of the stream. */
  take(event: DeskEvent): void {
    switch (event.kind) {
      case 'started':
        this.told.conversation = event.conversation;
        this.told.user = event.user;
        this.told.answer = event.answer;
        this.told.place = event.conversation.id;
        this.told.phase = 'coming';
        break;
      case 'assistant_chosen':
        this.told.assistant = event.assistant;
        break;
      case 'still_waiting':
        this.told.waited = { ms: event.waited_ms, local: event.local, loaded: event.loaded };
        break;
      case 'text':
        this.text += event.text;
        this.hearers.forEach((hear) => hear());
        break;
      case 'reasoning':
        this.reasoning += event.text;
        this.hearers.forEach((hear) => hear());
        break;
      case 'ended':
        this.keep(event.message);
        break;
    }
  }

  /** The answer is kept, however it ended. */
  keep(message: MessageView): void {
    this.told.answer = message;
    this.told.phase = 'kept';
  }

  /** It failed. Before it began nothing is kept; after that the text so far stays, marked as broken off. */
  fail(thrown: unknown): void {
    const failure = asFailure(thrown);
    const { answer } = this.told;
    if (!answer) {
      this.told.failure = failure;
      this.told.phase = 'failed';
    } else if (this.told.phase !== 'kept') {
      this.keep({ ...answer, text: this.text, state: 'failed', fault: failure.code === 'host_silent' ? null : failure });
    }
  }
}

/** What is being waited for, as far as anybody can tell. Pure. */
export function waitingFor({ waited, assistant, conversation }: Pick<Coming, 'waited'> & Partial<Pick<Coming, 'assistant' | 'conversation'>>): 'choice' | 'chosen' | 'first_word' | 'loading' | 'reading' | 'provider' {
  if (conversation?.assistant === 'auto' && !assistant) return 'choice';
  if (!waited) return assistant?.auto ? 'chosen' : 'first_word';
  if (!waited.local) return 'provider';
  return waited.loaded === true ? 'reading' : 'loading';
}

/** The turns as the page shows them: what is kept, with the answer that comes in at its place. Pure. */
export function turnsWith(kept: readonly MessageView[], coming: Coming | undefined): MessageView[] {
  if (!coming?.user || !coming.answer) return [...kept];
  const { user, answer } = coming;
  const at = kept.findIndex((message) => message.id === user.id);
  return [...(at >= 0 ? kept.slice(0, at) : cutAt(kept, coming.retried)), user, answer];
}

function cutAt(kept: readonly MessageView[], message: string | undefined): readonly MessageView[] {
  const at = kept.findIndex((candidate) => candidate.id === message);
  return at >= 0 ? kept.slice(0, at) : kept;
}

/** All answers that are coming in, by place. */
export const comingAnswers = shallowReactive(new Map<string, ComingAnswer>());
