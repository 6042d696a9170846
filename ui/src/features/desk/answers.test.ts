import { describe, expect, it, vi } from 'vitest';
import type { ConversationView } from '@/generated/contract';
import { fault, message } from '../../../tests/look/double';
import { ComingAnswer, turnsWith } from './answers';

const conversation: ConversationView = { id: 'c1', title: 't', created_at: 1, updated_at: 1, model: null, assistant: null, snippet: null };
const user = message('u1', 'user', 'Write.');
const answer = message('a1', 'assistant', '', { state: 'streaming', answer: null });
const ids = (turns: { id: string }[]) => turns.map((turn) => turn.id);

describe('an answer on its way', () => {
  it('finds its place when it begins, and gathers its text', () => {
    const coming = new ComingAnswer('', 'Write.');
    const hear = vi.fn();
    const unhear = coming.onText(hear);
    expect(coming.told.phase).toBe('sending');
    coming.take({ kind: 'started', conversation, user, answer });
    coming.take({ kind: 'text', text: 'The ' });
    coming.take({ kind: 'reasoning', text: 'hm' });
    unhear();
    coming.take({ kind: 'text', text: 'lamp' });
    expect([coming.told.place, coming.told.phase, coming.text, coming.reasoning]).toEqual(['c1', 'coming', 'The lamp', 'hm']);
    expect(hear).toHaveBeenCalledTimes(2);
  });
  it('that never began keeps nothing but the reason', () => {
    const coming = new ComingAnswer('', 'Write.');
    coming.fail(fault('vault_locked'));
    expect([coming.told.phase, coming.told.failure?.code, coming.told.answer]).toEqual(['failed', 'vault_locked', undefined]);
  });
  it('that broke off keeps the text so far', () => {
    const coming = new ComingAnswer('c1', 'Write.');
    coming.take({ kind: 'started', conversation, user, answer });
    coming.take({ kind: 'text', text: 'The lamp' });
    coming.fail(fault('stream_broken'));
    expect(coming.told.answer).toMatchObject({ text: 'The lamp', state: 'failed', fault: { code: 'stream_broken' } });
  });
  it('that is kept stays kept, whatever fails afterwards', () => {
    const coming = new ComingAnswer('c1', 'Write.');
    coming.take({ kind: 'started', conversation, user, answer });
    coming.take({ kind: 'ended', message: { ...answer, text: 'All', state: 'done' } });
    coming.fail('lost');
    expect(coming.told.answer).toMatchObject({ text: 'All', state: 'done' });
  });
});

describe('the turns as shown', () => {
  const kept = [message('u0', 'user', 'a'), message('a0', 'assistant', 'b')];
  it('are the kept ones while nothing comes in', () => {
    expect(ids(turnsWith(kept, undefined))).toEqual(['u0', 'a0']);
    expect(ids(turnsWith(kept, new ComingAnswer('c1', 'x').told))).toEqual(['u0', 'a0']);
  });
  it('end with the answer that comes in, once, whether its turn is kept already or not', () => {
    const coming = new ComingAnswer('c1', 'Write.');
    coming.take({ kind: 'started', conversation, user, answer });
    expect(ids(turnsWith(kept, coming.told))).toEqual(['u0', 'a0', 'u1', 'a1']);
    expect(ids(turnsWith([...kept, user], coming.told))).toEqual(['u0', 'a0', 'u1', 'a1']);
    expect(ids(turnsWith([...kept, user, answer], coming.told))).toEqual(['u0', 'a0', 'u1', 'a1']);
  });
  it('lose what came after a turn that is answered again', () => {
    const again = new ComingAnswer('c1', '', 'a0');
    again.take({ kind: 'started', conversation, user: kept[0] ?? user, answer });
    expect(ids(turnsWith([...kept, message('u9', 'user', 'later')], again.told))).toEqual(['u0', 'a1']);
  });
});
