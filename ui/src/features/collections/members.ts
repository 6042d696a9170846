// The members of a collection: their order as it is changed, and their settings as people type them. Pure.

import type { MemberSettingsView } from '@/generated/contract';

/** The order with one member moved to a place among those in sight. Those out of sight keep their own places. */
export function moved(ids: readonly string[], id: string, to: number, away: (id: string) => boolean = () => false): string[] {
  const inSight = ids.filter((one) => !away(one));
  const from = inSight.indexOf(id);
  if (from < 0) return [...ids];
  inSight.splice(from, 1);
  inSight.splice(Math.min(Math.max(to, 0), inSight.length), 0, id);
  return ids.map((one) => (away(one) ? one : (inSight.shift() ?? one)));
}

/** Where a row stands that is held at this height, from the middles of the others: behind all that lie above it. */
export function placeAt(height: number, middles: readonly number[]): number {
  return middles.filter((middle) => middle < height).length;
}

/** How much a model thinks first, from least to most; the first one says nothing of it. */
export const efforts = ['unset', 'none', 'minimal', 'low', 'medium', 'high'] as const;

/** One of them. */
export type Effort = (typeof efforts)[number];

/** Settings as they stand in their fields. */
export interface TypedSettings {
  temperature: string;
  tokens: string;
  effort: Effort;
}

/** Settings as fields show them. */
export function typedOf(settings: MemberSettingsView): TypedSettings {
  const text = (value: number | null) => (value === null ? '' : String(value));
  return { temperature: text(settings.temperature), tokens: text(settings.max_tokens), effort: settings.reasoning ?? 'unset' };
}

/** A temperature as typed (`0.8`, `0,8`): null for none, nothing where it is no number from 0 to 2. */
export function temperatureOf(text: string): number | null | undefined {
  const typed = text.trim().replace(',', '.');
  if (typed === '') return null;
  const value = /^(\d+(\.\d*)?|\.\d+)$/.test(typed) ? Number(typed) : Number.NaN;
  return value >= 0 && value <= 2 ? value : undefined;
}

/** Tokens as typed (`4000`, `4 000`, `4,000`, `4.000`): null for none, nothing where it is no number from 1 to ten million. */
export function tokensOf(text: string): number | null | undefined {
  const typed = text.trim();
  if (typed === '') return null;
  const whole = /^\d+$/.test(typed) || /^\d{1,3}([.,\s]\d{3})+$/.test(typed);
  const value = whole ? Number(typed.replace(/\D/g, '')) : Number.NaN;
  return value >= 1 && value <= 10_000_000 ? value : undefined;
}

/** What was typed, as settings; nothing while a field holds what cannot be. */
export function settingsOf(typed: TypedSettings): MemberSettingsView | undefined {
  const temperature = temperatureOf(typed.temperature);
  const tokens = tokensOf(typed.tokens);
  if (temperature === undefined || tokens === undefined) return undefined;
  return { temperature, max_tokens: tokens, reasoning: typed.effort === 'unset' ? null : typed.effort };
}

/** Whether two say the same. */
export function sameSettings(one: MemberSettingsView, other: MemberSettingsView): boolean {
  return one.temperature === other.temperature && one.max_tokens === other.max_tokens && one.reasoning === other.reasoning;
}
