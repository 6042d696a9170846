import { describe, expect, it } from 'vitest';
import type { FoundKeyView, FoundServerView } from '@/generated/contract';
import { fault } from '../../../tests/look/double';
import { keyInput } from './keys';
import { answerOf, draftFor, listOf, startOf } from './useDiscovery';

const server = (more: Partial<FoundServerView> = {}): FoundServerView => ({ provider: 'ollama', provider_name: 'Ollama', base_url: 'http://127.0.0.1:11434', models: 4, needs_key: false, loading: false, connection: null, ...more });
const key = (more: Partial<FoundKeyView> = {}): FoundKeyView => ({ provider: 'openai', provider_name: 'OpenAI', variable: 'OPENAI_API_KEY', last4: '9f2c', needs_address: false, base_url: null, fault: null, connection: null, ...more });

describe('what was found', () => {
  it('can be answered with a yes, first with a key, or not at all', () => {
    const answers = (servers: FoundServerView[], keys: FoundKeyView[]) => listOf({ servers, keys }).map(answerOf);
    expect(answers([server()], [key()])).toEqual(['yes', 'yes']);
    expect(answers([server({ needs_key: true })], [])).toEqual(['key']);
    expect(answers([server({ connection: 'ollama' })], [key({ connection: 'openai' })])).toEqual(['none', 'none']);
    expect(answers([], [key({ fault: fault('key_form') })])).toEqual(['none']);
    expect(answers([], [key({ needs_address: true })])).toEqual(['address']);
    expect(answers([], [key({ needs_address: true, base_url: 'https://mine.openai.azure.com/openai/v1' })])).toEqual(['address']);
    expect(answers([], [key({ needs_address: true, fault: fault('key_form') })])).toEqual(['none']);
  });
  it('stands in the order in which it can be used', () => {
    const list = listOf({ servers: [server({ connection: 'ollama' }), server({ provider: 'jan', base_url: 'http://127.0.0.1:1337/v1' })], keys: [key({ fault: fault('key_form') }), key({ variable: 'GROQ_API_KEY', provider: 'groq' })] });
    expect(list.map((found) => (found.kind === 'server' ? found.server.provider : found.variable.provider))).toEqual(['jan', 'groq', 'openai', 'ollama']);
    expect(new Set(list.map((found) => found.key)).size).toBe(4);
  });
  it('without an address of its own it fills the form: provider, variable, and the address where one stands beside it', () => {
    const starts = [null, 'https://mine.openai.azure.com/openai/v1'].map((base_url) => {
      const [found] = listOf({ servers: [], keys: [key({ provider: 'azure_openai', variable: 'AZURE_OPENAI_API_KEY', needs_address: true, base_url })] });
      return found && startOf(found);
    });
    expect(starts.map((start) => [start?.provider, start?.address])).toEqual([['azure_openai', undefined], ['azure_openai', 'https://mine.openai.azure.com/openai/v1']]);
    for (const start of starts) expect(start?.key && keyInput(start.key, 'none')).toEqual({ source: 'environment', variable: 'AZURE_OPENAI_API_KEY' });
    const [place] = listOf({ servers: [server({ needs_key: true })], keys: [] });
    expect(place && startOf(place)).toEqual({ provider: 'ollama', address: 'http://127.0.0.1:11434', key: undefined });
  });
  it('becomes a connection to that very address, or with that very variable, and with nothing else', () => {
    const [place, variable] = listOf({ servers: [server()], keys: [key()] });
    expect(place && draftFor(place)).toEqual({ provider: 'ollama', base_url: 'http://127.0.0.1:11434', key: { source: 'none' }, headers: [], models: [] });
    expect(variable && draftFor(variable)).toEqual({ provider: 'openai', key: { source: 'environment', variable: 'OPENAI_API_KEY' }, headers: [], models: [] });
  });
});
