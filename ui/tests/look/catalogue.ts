// The real catalogue as the page gets it, so that what is looked at has the real names and the real guides.

import entries from '../../../crates/providers/catalogue.json';
import type { GuideTextView, ModerationView, PresetView, ProviderView, SettingNameView } from '@/generated/contract';

interface Entry {
  id: string;
  name: string;
  locality: ProviderView['locality'];
  dialect: string;
  base_url?: string | null;
  auth: string;
  key: string;
  key_page?: string;
  billing_page?: string;
  status_page?: string;
  waits?: { connect: number; first_byte: number; idle: number };
  sign_in?: object;
  env?: string[];
  presets?: { name: string; base_url: string; key?: string; key_page?: string }[];
  guide: { en: Partial<GuideTextView>; id: Partial<GuideTextView> };
  content?: (Omit<ModerationView, 'models'> & { models?: string[] })[];
  speed?: NonNullable<ProviderView['speed']>;
}

/** The settings that a connection may have, with a provider's usual values. */
export function settingsOf(local: boolean, waits: Entry['waits'] = { connect: 10, first_byte: 60, idle: 120 }): SettingNameView[] {
  const setting = (name: string, usual: string | null = null, unit: SettingNameView['unit'] = null): SettingNameView => ({ name, usual, unit });
  return [
    setting('default_model'),
    setting('temperature'),
    setting('max_tokens', null, 'tokens'),
    setting('connect_timeout', String(waits.connect), 'seconds'),
    setting('first_token_timeout', String(waits.first_byte), 'seconds'),
    setting('idle_timeout', String(waits.idle), 'seconds'),
    setting('proxy'),
    setting('ca_file'),
    setting('priority', '0'),
    setting('weight', '1'),
    setting('requests_per_minute', null, 'requests_per_minute'),
    setting('key_expires'),
    ...(local ? [setting('num_ctx', null, 'tokens'), setting('keep_alive')] : []),
  ];
}

const text = (guide: Partial<GuideTextView>): GuideTextView => ({ notice: guide.notice ?? null, steps: guide.steps ?? [], failures: guide.failures ?? {} });
const preset = (one: NonNullable<Entry['presets']>[number]): PresetView => ({ name: one.name, base_url: one.base_url, key_optional: one.key !== 'required', key_page: one.key_page ?? null });

/** The providers. */
export const catalogue: ProviderView[] = (entries as unknown as { providers: Entry[] }).providers.map((entry) => ({
  id: entry.id,
  name: entry.name,
  locality: entry.locality,
  dialect: entry.dialect,
  base_url: entry.base_url ?? null,
  auth: entry.auth,
  key_optional: entry.key !== 'required',
  key_page: entry.key_page ?? null,
  billing_page: entry.billing_page ?? null,
  status_page: entry.status_page ?? null,
  presets: (entry.presets ?? []).map(preset),
  sign_in: entry.sign_in !== undefined,
  env: entry.env ?? [],
  settings: settingsOf(entry.id === 'ollama', entry.waits),
  guide: { en: text(entry.guide.en), id: text(entry.guide.id) },
  moderation: (entry.content ?? []).map((known) => ({ ...known, models: known.models ?? [] })),
  speed: entry.speed ?? null,
}));
