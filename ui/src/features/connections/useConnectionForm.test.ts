import { describe, expect, it } from 'vitest';
import { connection, provider } from '../../../tests/look/double';
import { goesAlong, holdsKey, keyInput, noKey } from './keys';
import { changesOf, draftOf, fieldsOf, modelLines, withPreset } from './useConnectionForm';
import { moved } from './useConnections';

describe('a key on its way in', () => {
  it('goes as a handle where it was pasted, as text where it was typed, and not at all otherwise', () => {
    expect(keyInput(noKey(), 'none')).toEqual({ source: 'none' });
    expect(keyInput({ ...noKey(), typed: '   ' }, 'keep')).toEqual({ source: 'keep' });
    expect(keyInput({ ...noKey(), typed: ' sk-1 ' }, 'none')).toEqual({ source: 'typed', key: ' sk-1 ' });
    expect(keyInput({ ...noKey(), handle: 'h1', typed: 'old' }, 'none')).toEqual({ source: 'pasted', handle: 'h1' });
    const variable = { ...noKey(), variable: 'AZURE_OPENAI_API_KEY' };
    expect(keyInput(variable, 'none')).toEqual({ source: 'environment', variable: 'AZURE_OPENAI_API_KEY' });
    expect(holdsKey(variable)).toBe(true);
    expect(goesAlong(variable)).toEqual(noKey());
    expect(goesAlong({ ...noKey(), typed: 'sk-1' }).typed).toBe('sk-1');
    expect(holdsKey({ ...noKey(), typed: '\n' })).toBe(false);
  });
});

describe('the form of a connection', () => {
  it('sends only what was filled in', () => {
    const fields = fieldsOf();
    expect(draftOf(provider('openai', 'OpenAI', 'cloud', 'https://api.openai.com/v1'), fields)).toEqual({ provider: 'openai', key: { source: 'none' }, headers: [], models: [] });
    fields.auth = 'x-api-key';
    fields.baseUrl = ' http://localhost:8080 ';
    fields.models = 'a\n\n b \na';
    fields.headers = [{ name: ' X-Org ', value: 'v', kept: false }, { name: '', value: 'lost', kept: false }];
    expect(draftOf(provider('openai_compatible', 'Own', 'either', null), fields)).toEqual({
      provider: 'openai_compatible',
      base_url: 'http://localhost:8080',
      auth: 'x-api-key',
      key: { source: 'none' },
      headers: [{ name: 'X-Org', value: 'v' }],
      models: ['a', 'b'],
    });
    expect(modelLines('\n \n')).toEqual([]);
  });
  it('changes nothing while nothing is changed', () => {
    const kept = connection('lab', 'Lab', 'openai_compatible', { headers: ['X-Org'], models: ['m'], settings: { temperature: '0.7', proxy: 'p' } });
    expect(changesOf(kept, fieldsOf(kept))).toBeUndefined();
  });
  it('names each change, and leaves sealed header values where they are', () => {
    const kept = connection('lab', 'Lab', 'openai_compatible', { headers: ['X-Org'], settings: { temperature: '0.7' } });
    const fields = fieldsOf(kept);
    fields.label = 'Laboratory';
    fields.headers = [...fields.headers, { name: 'X-New', value: '1', kept: false }];
    fields.settings = { temperature: ' ', max_tokens: '900' };
    expect(changesOf(kept, fields)).toEqual({
      slug: 'lab',
      label: 'Laboratory',
      headers: [{ name: 'X-Org' }, { name: 'X-New', value: '1' }],
      settings: { temperature: '', max_tokens: '900' },
    });
  });
  it('names a setting that the catalogue has since the page was written', () => {
    const kept = connection('lab', 'Lab', 'openai_compatible', { settings: { proxy: 'http://p:1' } });
    const fields = { ...fieldsOf(kept), settings: { proxy: '', requests_per_minute: ' 20 ' } };
    expect(changesOf(kept, fields)?.settings).toEqual({ proxy: '', requests_per_minute: '20' });
  });
  it('is filled by a preset, and keeps a name of the writer’s own', () => {
    const preset = (name: string) => ({ name, base_url: `http://localhost:1/${name}`, key_optional: true, key_page: null });
    const empty = fieldsOf();
    const first = { ...empty, ...withPreset(empty, preset('TabbyAPI'), undefined) };
    expect(first).toMatchObject({ baseUrl: 'http://localhost:1/TabbyAPI', label: 'TabbyAPI' });
    expect(withPreset(first, preset('LiteLLM'), preset('TabbyAPI'))).toEqual({ baseUrl: 'http://localhost:1/LiteLLM', label: 'LiteLLM' });
    expect(withPreset({ ...first, label: 'My shelf' }, preset('LiteLLM'), preset('TabbyAPI')).label).toBe('My shelf');
  });
  it('removes the key where that was asked, even with another one typed', () => {
    const kept = connection('o', 'O', 'openai');
    const fields = { ...fieldsOf(kept), removeKey: true, key: { ...noKey(), typed: 'sk' } };
    expect(changesOf(kept, fields)?.key).toEqual({ source: 'none' });
  });
});

describe('the writer’s order', () => {
  it('moves one place and stops at the ends', () => {
    expect(moved(['a', 'b', 'c'], 'c', -1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b', 'c'], 'a', 1)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b'], 'a', -1)).toBeUndefined();
    expect(moved(['a', 'b'], 'b', 1)).toBeUndefined();
    expect(moved(['a'], 'x', 1)).toBeUndefined();
  });
});
