// What was typed, found in the names of models: words in any order, letters that follow each other with gaps, accents and
// capitals folded. Pure. Everything that depends only on a model is worked out once per model.

import type { ModelView } from '@/generated/contract';

/** What a text is searched by: its letters without accents and capitals, and which of them occur at all. */
interface Field {
  text: string;
  /** A bit per letter or digit that occurs: a word with another one cannot be in here. */
  letters: number;
}

interface Searched {
  family: string;
  name: Field;
  id: Field;
  /** Connection, provider, family: found as they are written, never with gaps. */
  around: Field;
}

/** The letters of a text as they are searched: `É` and `e` are one, and so are `Ａ` and `a`. */
export function fold(text: string): string {
  // Nearly all names are plain ASCII, for which the slow part says nothing new.
  const lower = text.toLowerCase();
  return isPlain(lower) ? lower : lower.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase();
}

/** What was typed, as words. */
export function wordsOf(query: string): string[] {
  return fold(query).split(/\s+/).filter(Boolean);
}

/** The family that a model belongs to, by what its server tells, else by the first letters of its name: `claude`, `gpt`. */
export function familyOf(model: ModelView): string {
  return searched(model).family;
}

function findFamily(model: ModelView): string {
  if (model.local?.family) return model.local.family.toLowerCase();
  const last = model.id.slice(model.id.lastIndexOf('/') + 1).toLowerCase();
  return /^\p{L}{2,}/u.exec(last)?.[0] ?? '';
}

/** Who made a model, where its id says so: the part before the last slash, without the connection. */
export function makerOf(model: ModelView): string {
  return model.id.slice(model.connection.length + 1).split('/').slice(0, -1).at(-1)?.toLowerCase() ?? '';
}

const known = new WeakMap<ModelView, Searched>();

function searched(model: ModelView): Searched {
  let of = known.get(model);
  if (!of) {
    const family = findFamily(model);
    of = {
      family,
      name: field(model.name),
      id: field(model.id.slice(model.connection.length + 1)),
      around: field(`${model.connection_label} ${model.connection} ${model.provider.replaceAll('_', ' ')} ${family}`),
    };
    known.set(model, of);
  }
  return of;
}

/** So many models are prepared at once: a small part of a frame. */
const slice = 500;

/**
 * Works out beforehand what a search needs, a little at a time, so that the first letter costs no more than the others.
 * Gives back the way to stop.
 */
export function prepareSearch(models: readonly ModelView[]): () => void {
  let at = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const go = () => {
    for (const end = Math.min(at + slice, models.length); at < end; at += 1) {
      const model = models[at];
      if (model) searched(model);
    }
    timer = at < models.length ? setTimeout(go) : undefined;
  };
  timer = setTimeout(go);
  return () => clearTimeout(timer);
}

/** The word that a content tag is shown by: it depends on the language and on adult mode. */
export type TagWord = (tag: NonNullable<ModelView['content']>['tag']) => string;

const tagFields = new Map<string, Field>();

/** A tag is found by what stands in the row, never by a word that the row does not show. */
function tagField(model: ModelView, shown: TagWord | undefined): Field | undefined {
  if (!model.content || !shown) return undefined;
  const word = shown(model.content.tag);
  let of = tagFields.get(word);
  if (!of) tagFields.set(word, (of = field(word)));
  return of;
}

/** How well a model fits what was typed: 0 not at all, more is better. Every word must occur somewhere. */
export function fitOf(model: ModelView, words: readonly string[], shown?: TagWord): number {
  const of = searched(model);
  const tag = tagField(model, shown);
  let fit = 0;
  for (const word of words) {
    const letters = lettersOf(word);
    const best = Math.max(fitIn(of.name, word, letters), fitIn(of.id, word, letters) * 0.9, plainFit(of.around, word, letters) * 0.5, tag ? plainFit(tag, word, letters) * 0.5 : 0);
    if (best === 0) return 0;
    fit += best;
  }
  // Of two that fit alike, the shorter name is nearer to what was typed.
  return words.length === 0 ? 1 : fit / words.length - Math.min(of.name.text.length, 60) / 20;
}

/** How well a plain text fits: for names of collections and the like. */
export function fitOfText(text: string, words: readonly string[]): number {
  const of = field(text);
  let fit = words.length === 0 ? 1 : 0;
  for (const word of words) {
    const best = fitIn(of, word, lettersOf(word));
    if (best === 0) return 0;
    fit += best;
  }
  return fit / Math.max(words.length, 1);
}

/** Which letters of a text carry the words, as places in the text itself, in order. */
export function hitsIn(text: string, words: readonly string[]): number[] {
  const { folded, places } = foldedWithPlaces(text);
  const hits = new Set<number>();
  for (const word of words) {
    const at = bestPlace(folded, word);
    const found = at >= 0 ? run(at, word.length) : (gapped(folded, word)?.places ?? []);
    for (const place of found) hits.add(places[place] ?? 0);
  }
  return [...hits].sort((a, b) => a - b);
}

/** A text in pieces, each marked or not. Letters of more than one unit stay whole. */
export function piecesOf(text: string, hits: readonly number[]): { text: string; hit: boolean }[] {
  if (hits.length === 0) return [{ text, hit: false }];
  const marked = new Set(hits);
  const pieces: { text: string; hit: boolean }[] = [];
  let at = 0;
  for (const letter of text) {
    const hit = marked.has(at) || (/^\p{M}/u.test(letter) && (pieces.at(-1)?.hit ?? false));
    const last = pieces.at(-1);
    if (last?.hit === hit) last.text += letter;
    else pieces.push({ text: letter, hit });
    at += letter.length;
  }
  return pieces;
}

// From here on: one word in one text.

const exact = 120;
const begins = 100;
const beginsWord = 80;
const inside = 50;
const withGaps = 40;

function fitIn(of: Field, word: string, letters: number): number {
  const plain = plainFit(of, word, letters);
  if (plain > 0) return plain;
  return letters & ~of.letters ? 0 : (gapped(of.text, word)?.fit ?? 0);
}

function plainFit({ text, letters: has }: Field, word: string, letters: number): number {
  if (letters & ~has) return 0;
  if (text === word) return exact;
  const at = bestPlace(text, word);
  if (at < 0) return 0;
  if (at === 0) return begins;
  return startsWord(text, at) ? beginsWord : inside;
}

/** Where a word stands in a text: at the start of a word if it does so anywhere, else at its first place. */
function bestPlace(text: string, word: string): number {
  const first = text.indexOf(word);
  for (let at = first; at >= 0; at = text.indexOf(word, at + 1)) if (startsWord(text, at)) return at;
  return first;
}

/**
 * The letters of a word in their order with others between: near each other, or each run of them at the start of a word
 * (`cs45` is Claude Sonnet 4.5). Anything looser finds everything and so nothing.
 */
function gapped(text: string, word: string): { fit: number; places: number[] } | undefined {
  if (word.length < 2) return undefined;
  let best: { fit: number; places: number[] } | undefined;
  for (let start = text.indexOf(word.charAt(0)); start >= 0; start = text.indexOf(word.charAt(0), start + 1)) {
    const places = follow(text, word, start);
    if (!places) continue;
    const span = (places.at(-1) ?? 0) - start + 1;
    const runs = places.filter((place, n) => n === 0 || place !== (places[n - 1] ?? 0) + 1);
    const atWords = runs.filter((place) => startsWord(text, place)).length;
    if (atWords < runs.length && (span > 2 * word.length + 2 || !startsWord(text, start))) continue;
    const fit = withGaps * (0.4 + 0.3 * (atWords / runs.length) + 0.3 * (1 - (runs.length - 1) / word.length)) - Math.min(span - word.length, 20) / 4;
    if (!best || fit > best.fit) best = { fit: Math.max(fit, 6), places };
  }
  return best;
}

/** The places of a word's letters from `start` on: the next letter if it fits, else the start of a word, else the first. */
function follow(text: string, word: string, start: number): number[] | undefined {
  const places = [start];
  let at = start;
  for (let n = 1; n < word.length; n += 1) {
    const letter = word.charAt(n);
    if (text.charAt(at + 1) === letter) at += 1;
    else {
      const next = text.indexOf(letter, at + 1);
      if (next < 0) return undefined;
      let begun = next;
      while (begun >= 0 && !startsWord(text, begun)) begun = text.indexOf(letter, begun + 1);
      // A far start of a word must leave room for the letters that are still to come.
      at = begun >= 0 && restFollows(text, word, n + 1, begun) ? begun : next;
    }
    places.push(at);
  }
  return places;
}

function restFollows(text: string, word: string, from: number, after: number): boolean {
  let at = after;
  for (let n = from; n < word.length; n += 1) {
    at = text.indexOf(word.charAt(n), at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** Whether a word of the text starts here: after a sign, or where letters and digits meet. */
function startsWord(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = kindOf(text.charCodeAt(at - 1));
  const here = kindOf(text.charCodeAt(at));
  return here !== 'sign' && before !== here;
}

function kindOf(code: number): 'letter' | 'digit' | 'sign' {
  if (code >= 48 && code <= 57) return 'digit';
  return (code >= 97 && code <= 122) || code > 127 ? 'letter' : 'sign';
}

function field(text: string): Field {
  const folded = fold(text);
  return { text: folded, letters: lettersOf(folded) };
}

/** A bit for each of a to z, the digits by twos, and one for all else that is no sign. */
function lettersOf(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 97 && code <= 122) bits |= 1 << (code - 97);
    else if (code >= 48 && code <= 57) bits |= 1 << (26 + ((code - 48) >> 1));
    else if (code > 127) bits |= 1 << 31;
  }
  return bits;
}

function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 127) return false;
  return true;
}

function foldedWithPlaces(text: string): { folded: string; places: number[] } {
  let folded = '';
  const places: number[] = [];
  let at = 0;
  for (const letter of text) {
    const plain = fold(letter);
    for (let n = 0; n < plain.length; n += 1) places.push(at);
    folded += plain;
    at += letter.length;
  }
  return { folded, places };
}

function run(from: number, length: number): number[] {
  return Array.from({ length }, (_, n) => from + n);
}
