// Small decisions about prompts: what a search finds, free names, settings as people type them, forms that are not saved.
import { describe, expect, it } from 'vitest';
import { nextTick, ref } from 'vue';
import { blank, named, prompt } from '../../../tests/look/prompts';
import { forgetDrafts, promptDraft, promptRequest, useUnsaved, withBlank } from './drafts';
import { examples } from './examples';
import { choicesOf, temperatureOf, tokensOf } from './settings';
import { firstValues, piecesOf } from './usePromptFill';
import { firstWords, freeName, searched } from './usePrompts';

describe('a search in the library', () => {
  const library = [prompt('a', 'Letter to an agent', 'Dear {{agent}}'), prompt('b', 'Where I stopped', 'A letter to myself'), prompt('c', 'Names', 'Ten names')];
  const ids = (typed: string) => searched(library, typed).map((one) => one.id);
  it('finds every word in any order, and names before texts', () => {
    expect(ids('LETTER')).toEqual(['a', 'b']);
    expect(ids('agent letter')).toEqual(['a']);
    expect(ids(' ')).toEqual(['a', 'b', 'c']);
    expect(ids('letter names')).toEqual([]);
    expect(ids('.*')).toEqual([]);
  });
  it('shows the beginning of a text on one line, however long it is', () => {
    expect(firstWords('  A\n\n  passage\tof mine')).toBe('A passage of mine');
    expect(firstWords('x'.repeat(1_000_000)).length).toBe(400);
  });
});

describe('a name for a copy', () => {
  it('is the next that nobody has, whatever its capitals', () => {
    expect(freeName('Letter', [])).toBe('Letter');
    expect(freeName('Letter', ['LETTER', 'letter 2'])).toBe('Letter 3');
    expect(freeName('Letter 2', ['Letter 2'])).toBe('Letter 3');
  });
});

describe('settings as people type them', () => {
  it('are a temperature from 0 to 2, with a comma or a point, or left to the model', () => {
    expect(['0', '0,8', '2.0', ''].map(temperatureOf)).toEqual([0, 0.8, 2, null]);
    for (const text of ['2.1', '-1', 'warm', '1e0', '0.12345']) expect(temperatureOf(text), text).toBeUndefined();
  });
  it('are a whole number of tokens, with or without separators', () => {
    expect(['1,000', '1.000', '4 096', ''].map(tokensOf)).toEqual([1000, 1000, 4096, null]);
    for (const text of ['0', '-5', 'many', '999999999']) expect(tokensOf(text), text).toBeUndefined();
  });
  it('are choices, one a line, each once', () => {
    expect(choicesOf(' a page \n\na page\r\nthree pages')).toEqual(['a page', 'three pages']);
  });
});

describe('a filled prompt', () => {
  it('begins with what stands in the blanks at first', () => {
    expect(firstValues([blank('length', { default: 'a page' }), blank('who')])).toEqual({ length: 'a page', who: '' });
  });
  it('shows the blanks for which there is nothing, and takes other braces as text', () => {
    expect(piecesOf({ text: 'Dear {{agent}}, {{title}} {{else}}{{agent}}', missing: ['agent', 'title'] })).toEqual([
      { text: 'Dear ', blank: false },
      { text: 'agent', blank: true },
      { text: ', ', blank: false },
      { text: 'title', blank: true },
      { text: ' {{else}}', blank: false },
      { text: 'agent', blank: true },
    ]);
    expect(piecesOf({ text: '', missing: [] })).toEqual([]);
  });
});

describe('a form', () => {
  it('asks for what it holds, and for nothing else', () => {
    const kept = prompt('a', 'Letter', 'Dear {{agent}}', { model: named('Prose', 'Prose', { collection: true }), settings: { temperature: 0.4, max_tokens: null, reasoning: null } });
    expect(promptRequest(promptDraft(kept), 'a')).toEqual({ id: 'a', name: 'Letter', text: 'Dear {{agent}}', variables: [blank('agent')], model: 'Prose', settings: kept.settings });
    expect(promptRequest(promptDraft())).toEqual({ name: '', text: '', variables: [], settings: { temperature: null, max_tokens: null, reasoning: null } });
  });
  it('describes a blank that was only found in the text', () => {
    expect(withBlank([blank('a')], blank('b', { kind: 'long' })).map((one) => one.kind)).toEqual(['short', 'long']);
    expect(withBlank([blank('a'), blank('b')], blank('b', { label: 'B' })).map((one) => one.label)).toEqual(['', 'B']);
  });
  it('that is not saved is there again, and follows what is kept where nothing was written', async () => {
    forgetDrafts();
    const kept = ref({ name: 'Letter' });
    const form = useUnsaved('prompt:a', () => ({ ...kept.value }));
    kept.value = { name: 'Letter to an agent' };
    await nextTick();
    expect([form.draft.name, form.changed.value]).toEqual(['Letter to an agent', false]);
    form.draft.name = 'Mine';
    kept.value = { name: 'Changed elsewhere' };
    await nextTick();
    expect([form.draft.name, form.changed.value]).toEqual(['Mine', true]);
    const again = useUnsaved('prompt:a', () => ({ ...kept.value }));
    expect([again.draft.name, again.changed.value]).toEqual(['Mine', true]);
    again.putBack();
    expect([again.draft.name, again.changed.value]).toEqual(['Changed elsewhere', false]);
  });
});

describe('the examples', () => {
  it('describe blanks that stand in their texts, in both languages alike', () => {
    for (const list of Object.values(examples)) {
      for (const example of list) {
        const found = [...example.text.matchAll(/\{\{(.+?)\}\}/g)].map(([, name]) => name);
        expect(example.variables.map((one) => one.name).sort(), example.name).toEqual([...found].sort());
        for (const one of example.variables) if (one.kind === 'choice') expect(one.choices).toContain(one.default);
      }
    }
    expect(examples.id.map((one) => one.variables.map(({ kind }) => kind))).toEqual(examples.en.map((one) => one.variables.map(({ kind }) => kind)));
  });
});
