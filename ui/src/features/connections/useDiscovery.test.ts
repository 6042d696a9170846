import { describe, expect, it } from 'vitest';
import type { FoundKeyView, FoundServerView } from '@/generated/contract';
import { fault } from '../../../tests/look/double';
import { answerOf, draftFor, listOf } from './useDiscovery';

const server = (more: Partial<FoundServerView> = {}): FoundServerView => ({ provider: 'ollama', provider_name: 'Ollama', base_url: 'http://127.0.0.1:11434', models: 4, needs_key: false, loading: false, connection: null, ...more });
const key = (more: Partial<FoundKeyView> = {}): FoundKeyView => ({ provider: 'openai', provider_name: 'OpenAI', variable: 'OPENAI_API_KEY', last4: '9f2c', fault: null, connection: null, ...more });

describe('what was found', () => {
  it('can be answered with a yes, first with a key, or not at all', () => {
    const answers = (servers: FoundServerView[], keys: FoundKeyView[]) => listOf({ servers, keys }).map(answerOf);
    expect(answers([server()], [key()])).toEqual(['yes', 'yes']);
    expect(answers([server({ needs_key: true })], [])).toEqual(['key']);
    expect(answers([server({ connection: 'ollama' })], [key({ connection: 'openai' })])).toEqual(['none', 'none']);
    expect(answers([], [key({ fault: fault('key_form') })])).toEqual(['none']);
  });
  it('stands in the order in which it can be used', () => {
    const list = listOf({ servers: [server({ connection: 'ollama' }), server({ provider: 'jan', base_url: 'http://127.0.0.1:1337/v1' })], keys: [key({ fault: fault('key_form') }), key({ variable: 'GROQ_API_KEY', provider: 'groq' })] });
    expect(list.map((found) => (found.kind === 'server' ? found.server.provider : found.variable.provider))).toEqual(['jan', 'groq', 'openai', 'ollama']);
    expect(new Set(list.map((found) => found.key)).size).toBe(4);
  });
  it('becomes a connection to that very address, or with that very variable, and with nothing else', () => {
    const [place, variable] = listOf({ servers: [server()], keys: [key()] });
    expect(place && draftFor(place)).toEqual({ provider: 'ollama', base_url: 'http://127.0.0.1:11434', key: { source: 'none' }, headers: [], models: [] });
    expect(variable && draftFor(variable)).toEqual({ provider: 'openai', key: { source: 'environment', variable: 'OPENAI_API_KEY' }, headers: [], models: [] });
  });
});
