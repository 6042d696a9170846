import { describe, expect, it } from 'vitest';
import { createApp } from 'vue';
import type { ModelView } from '@/generated/contract';
import { makeWords } from '@/shared/words';
import { model } from '../../../tests/look/double';
import { makeRows } from './rows';
import { familyOf, fitOf, fitOfText, fold, hitsIn, makerOf, piecesOf, wordsOf, type TagWord } from './search';
import { useModelWords } from './useModelWords';

const of = (name: string, id = name.toLowerCase().replaceAll(' ', '-'), more: Partial<ModelView> = {}) => model('openrouter', 'OpenRouter', name, { id: `openrouter/${id}`, ...more });
const best = (query: string, models: readonly ModelView[]) =>
  models
    .map((one) => ({ name: one.name, fit: fitOf(one, wordsOf(query)) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit)
    .map(({ name }) => name);
const shown = (name: string, query: string) =>
  piecesOf(name, hitsIn(name, wordsOf(query)))
    .map(({ text, hit }) => (hit ? `[${text}]` : text))
    .join('');

const models = [
  of('Claude Sonnet 4.5', 'anthropic/claude-sonnet-4.5'),
  of('Claude Opus 4.6', 'anthropic/claude-opus-4.6'),
  of('GPT-4o mini', 'openai/gpt-4o-mini'),
  of('GPT-4o', 'openai/gpt-4o'),
  of('Llama 3.3 70B Instruct', 'meta-llama/llama-3.3-70b-instruct'),
  of('Mistral Saba', 'mistralai/mistral-saba'),
  of('Qwen3 Next 80B A3B Thinking', 'qwen/qwen3-next-80b-a3b-thinking'),
];

describe('a search', () => {
  it('takes words in any order, and every one of them', () => {
    expect(best('sonnet claude', models)).toEqual(['Claude Sonnet 4.5']);
    expect(best('claude llama', models)).toEqual([]);
    expect(best('', models)).toHaveLength(models.length);
  });
  it('ranks the whole name above its beginning, that above the start of a word, that above the middle', () => {
    const sorted = ['Opus', 'Opus Nova', 'Deep Opus', 'Octopus'].map((name) => of(name));
    expect(best('opus', [...sorted].reverse())).toEqual(['Opus', 'Opus Nova', 'Deep Opus', 'Octopus']);
    expect(best('gpt-4o', models)).toEqual(['GPT-4o', 'GPT-4o mini']);
  });
  it('finds letters in their order with gaps: starts of words, near each other, signs left out', () => {
    expect(best('cs45', models)).toEqual(['Claude Sonnet 4.5']);
    expect(best('gpt4o', models)).toEqual(['GPT-4o', 'GPT-4o mini']);
    expect(best('cld snt', models)).toEqual(['Claude Sonnet 4.5']);
    expect(best('ll33', models)).toEqual(['Llama 3.3 70B Instruct']);
  });
  it('does not find what is merely scattered', () => {
    expect(best('gpt', models)).toEqual(['GPT-4o', 'GPT-4o mini']);
    expect(best('mni', models)).toEqual(['GPT-4o mini']);
    expect(best('xyz', models)).toEqual([]);
  });
  it('ranks letters with gaps below a word as it was typed', () => {
    expect(best('mist', [of('Minor Story'), of('Alpha Mist'), of('M I S T')])[0]).toBe('Alpha Mist');
  });
  it('looks at id, maker, provider, connection, family and tag too, behind the name', () => {
    const local = of('quill', 'quill', { local: { family: 'Gemma3', parameter_size: null, quantisation: null, size_bytes: null, loaded: null, loaded_context: null, remote_host: null } });
    const tagged = of('Night', 'night', { content: { tag: 'unfiltered', source: 'own', date: null, basis: null } });
    expect(best('mistralai', models)).toEqual(['Mistral Saba']);
    expect(best('openrouter opus', models)).toEqual(['Claude Opus 4.6']);
    expect(best('gemma', [local, tagged])).toEqual(['quill']);
    expect(best('unfilt', [local, tagged])).toEqual([]);
    expect(fitOf(tagged, ['unfilt'], () => 'unfiltered')).toBeGreaterThan(0);
    expect(best('openai', [of('A model', 'openai/a'), of('OpenAI o3', 'x/o3')])[0]).toBe('OpenAI o3');
  });
  it('finds a tag by the word that the row shows, in its language, with adult mode on and off', () => {
    const tags = [of('Night', 'night', { content: { tag: 'adult-capable', source: 'own', date: null, basis: null } }), of('Noon', 'noon', { content: { tag: 'unfiltered', source: 'own', date: null, basis: null } })];
    const found = (query: string, language: 'en' | 'id', adult: boolean) => {
      let word: TagWord | undefined;
      const app = createApp({ setup: () => ((word = useModelWords().shownTags(adult)), () => null) });
      app.use(makeWords(language)).mount(document.createElement('div'));
      app.unmount();
      const rows = makeRows({ models: tags, sources: [], recent: [] }, query, { collections: '', recent: '', favourites: '', ...(word ? { tag: word } : {}) });
      return rows.flatMap((row) => (row.kind === 'model' ? [row.model.name] : []));
    };
    expect(found('adult', 'en', false)).toEqual([]);
    expect(found('adult', 'en', true)).toEqual(['Night']);
    expect(found('unfiltered', 'en', false).sort()).toEqual(['Night', 'Noon']);
    expect(found('unfiltered', 'en', true)).toEqual(['Noon']);
    expect(found('tanpa', 'id', false).sort()).toEqual(['Night', 'Noon']);
    expect(found('unfiltered', 'id', true)).toEqual([]);
  });
  it('folds accents, capitals and wide letters, on both sides', () => {
    expect(fold('ÉTÉ ＧＰＴ İx')).toBe('ete gpt ix');
    const accented = [of('Modèle Élan'), of('Modelo')];
    expect(best('elan', accented)).toEqual(['Modèle Élan']);
    expect(best('MODÈLE', accented)).toEqual(['Modèle Élan']);
    expect(best('ｇｐｔ', models)).toEqual(['GPT-4o', 'GPT-4o mini']);
  });
  it('finds names in other scripts as they are typed', () => {
    const others = [of('通义千问 3', 'qwen'), of('ГигаЧат Про', 'gigachat'), of('코파일럿', 'copilot'), of('नमस्ते', 'namaste')];
    expect(best('千问', others)).toEqual(['通义千问 3']);
    expect(best('гигачат', others)).toEqual(['ГигаЧат Про']);
    expect(best('про', others)).toEqual(['ГигаЧат Про']);
    expect(best('코파', others)).toEqual(['코파일럿']);
    expect(best('नमस्', others)).toEqual(['नमस्ते']);
  });
  it('takes ids with slashes, colons and signs as text, not as a pattern', () => {
    const odd = [of('Odd', 'a/b:c d'), of('Plain', 'plain')];
    expect(best('b:c', odd)).toEqual(['Odd']);
    for (const query of ['.*', '[', '\\', '(?:']) expect(best(query, odd)).toEqual([]);
  });
  it('finds names of collections the same way', () => {
    expect(fitOfText('Long évenings', wordsOf('even'))).toBeGreaterThan(0);
    expect(fitOfText('Prose', wordsOf('chat'))).toBe(0);
  });
});

describe('what is marked', () => {
  it('is what was typed, in the name as it is written', () => {
    expect(shown('Claude Sonnet 4.5', 'sonnet')).toBe('Claude [Sonnet] 4.5');
    expect(shown('Claude Sonnet 4.5', 'son cl')).toBe('[Cl]aude [Son]net 4.5');
    expect(shown('Claude Sonnet 4.5', 'cs45')).toBe('[C]laude [S]onnet [4].[5]');
    expect(shown('Modèle Élan', 'ele el')).toBe('Mod[èle] [Él]an');
    expect(shown('Ｗide 𝐁old', 'wi bo')).toBe('[Ｗi]de [𝐁o]ld');
    expect(shown('通义千问', '千')).toBe('通义[千]问');
    expect(shown('Claude', 'openrouter')).toBe('Claude');
  });
  it('keeps a letter and its marks together', () => {
    const decomposed = 'e\u0301lan';
    expect(piecesOf(decomposed, hitsIn(decomposed, wordsOf('e')))).toEqual([
      { text: 'e\u0301', hit: true },
      { text: 'lan', hit: false },
    ]);
  });
});

describe('a model', () => {
  it('belongs to a family and a maker, as far as its id says so', () => {
    expect(models.map(familyOf)).toEqual(['claude', 'claude', 'gpt', 'gpt', 'llama', 'mistral', 'qwen']);
    expect(makerOf(models[0] as ModelView)).toBe('anthropic');
    expect(makerOf(model('groq', 'Groq', 'Solo'))).toBe('');
  });
});

describe('ten thousand models', () => {
  const makers = ['Arbor', 'Basalt', 'Cinder', 'Delta', 'Ember', 'Fathom', 'Granite', 'Harbor'];
  const many = Array.from({ length: 10_000 }, (_, n) => of(`${makers[n % 8]} ${(n % 97) + 1}B Instruct ${n}`, `${makers[n % 8]?.toLowerCase()}/m-${n}`));
  const list = { models: many, sources: [], recent: [] };
  const heads = { collections: '', recent: '', favourites: '' };
  it('are searched within a frame for each letter of a word', () => {
    makeRows(list, 'warm', heads);
    // The quickest of many rounds says what a letter costs: in the others the machine did something else too.
    const slowest = ['g', 'gr', 'gra', 'gran 9', 'granite ins', 'gnt 99', 'zzzz', 'instruct harbor 7'].map((query) => {
      const rounds = Array.from({ length: 9 }, () => {
        const begun = performance.now();
        makeRows(list, query, heads);
        return performance.now() - begun;
      });
      return Math.min(...rounds);
    });
    expect(Math.max(...slowest)).toBeLessThan(16);
  });
});
