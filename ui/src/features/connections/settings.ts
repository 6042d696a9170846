// The settings of a connection as a form shows them: which belong together, and what is plainly not a value. The names,
// units and usual values come from the catalogue; the last word on a value has the engine.

import type { SettingNameView } from '@/generated/contract';

/** Settings that belong together, in the order of the form. */
export const settingGroups = {
  writing: ['default_model', 'temperature', 'max_tokens', 'num_ctx', 'keep_alive'],
  waiting: ['connect_timeout', 'first_token_timeout', 'idle_timeout'],
  network: ['proxy', 'ca_file'],
  sharing: ['priority', 'requests_per_minute'],
} as const;

/** What the form leaves out: the end of a key stands beside the key, and shares mean nothing until several share the work. */
const elsewhere = new Set(['key_expires', 'weight']);

/** The name of a group. */
export type SettingGroup = keyof typeof settingGroups;

/** The settings of a provider by group; what no group names stands in the last one. Pure. */
export function groupedSettings(settings: readonly SettingNameView[]): { group: SettingGroup; settings: SettingNameView[] }[] {
  const names = Object.keys(settingGroups) as SettingGroup[];
  const groupOf = (name: string): SettingGroup => names.find((group) => (settingGroups[group] as readonly string[]).includes(name)) ?? 'sharing';
  const place = (setting: SettingNameView) => {
    const at = (settingGroups[groupOf(setting.name)] as readonly string[]).indexOf(setting.name);
    return at < 0 ? Number.MAX_SAFE_INTEGER : at;
  };
  return names
    .map((group) => ({ group, settings: settings.filter((one) => !elsewhere.has(one.name) && groupOf(one.name) === group).sort((a, b) => place(a) - place(b)) }))
    .filter((shelf) => shelf.settings.length > 0);
}

const whole = new Set(['max_tokens', 'num_ctx', 'priority', 'requests_per_minute']);

/** What is plainly wrong with a value: the name of a sentence, or nothing. An empty text is always right. Pure. */
export function wrongWith(name: string, text: string): 'number' | 'whole' | 'temperature' | 'date' | 'proxy' | undefined {
  const value = text.trim();
  if (value === '') return undefined;
  if (name === 'temperature') return /^\d(\.\d+)?$/.test(value) && Number(value) <= 2 ? undefined : 'temperature';
  if (name === 'key_expires') return isDay(value) ? undefined : 'date';
  if (name === 'proxy') return /^(https?|socks5h?):\/\/\S+$/i.test(value) ? undefined : 'proxy';
  if (name.endsWith('_timeout')) return /^\d{1,6}(\.\d+)?$/.test(value) && Number(value) > 0 ? undefined : 'number';
  if (whole.has(name)) return /^\d{1,12}$/.test(value) ? undefined : 'whole';
  return undefined;
}

/** A day that exists: `2027-02-28`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
