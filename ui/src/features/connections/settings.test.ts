import { describe, expect, it } from 'vitest';
import { catalogue, settingsOf } from '../../../tests/look/catalogue';
import { groupedSettings, isDay, wrongWith } from './settings';
import { book } from '@/shared/words';

describe('the settings of a connection', () => {
  it('are all shown, the unknown ones too, each once; but the end of the key, and a share that nothing divides by yet', () => {
    const settings = [...settingsOf(true), { name: 'from_the_future', usual: null, unit: null }];
    const shown = groupedSettings(settings).flatMap((shelf) => shelf.settings.map((one) => one.name));
    expect([...shown, 'key_expires', 'weight'].sort()).toEqual(settings.map((one) => one.name).sort());
  });
  it('stand in the order of the form, and a group without any is left out', () => {
    const groups = groupedSettings(settingsOf(false).filter((one) => one.name !== 'proxy' && one.name !== 'ca_file').reverse());
    expect(groups.map((shelf) => shelf.group)).toEqual(['writing', 'waiting', 'sharing']);
    expect(groups[0]?.settings.map((one) => one.name)).toEqual(['default_model', 'temperature', 'max_tokens']);
  });
  it('have words in both languages', () => {
    const shown = catalogue.flatMap((entry) => groupedSettings(entry.settings).flatMap((shelf) => shelf.settings));
    const names = new Set(['key_expires', ...shown.map((one) => one.name)]);
    for (const language of ['en', 'id'] as const) {
      const words = (book[language].connections as { settings: Record<string, { label?: string }> }).settings;
      for (const name of names) expect(words[name]?.label, `${language} ${name}`).toBeTruthy();
    }
  });
  it('are told to be wrong before anything is saved, and never when empty', () => {
    const right: [string, string][] = [
      ['temperature', '0'], ['temperature', '0.7'], ['temperature', '2'], ['max_tokens', '4096'], ['first_token_timeout', '600'], ['idle_timeout', '1.5'],
      ['proxy', 'socks5://127.0.0.1:9050'], ['proxy', 'http://proxy.example:3128'], ['key_expires', '2028-02-29'], ['keep_alive', '-1'], ['default_model', 'a/b c'],
    ];
    for (const [name, value] of right) {
      expect(wrongWith(name, value), `${name} ${value}`).toBeUndefined();
      expect(wrongWith(name, '  ')).toBeUndefined();
    }
    const wrong: [string, string, string][] = [
      ['temperature', '2.1', 'temperature'], ['temperature', '-1', 'temperature'], ['temperature', 'hot', 'temperature'], ['max_tokens', '1.5', 'whole'], ['max_tokens', '-4', 'whole'],
      ['connect_timeout', '0', 'number'], ['connect_timeout', 'soon', 'number'], ['idle_timeout', '1e9', 'number'], ['proxy', '127.0.0.1:9050', 'proxy'], ['proxy', 'file:///etc/passwd', 'proxy'],
      ['key_expires', '2027-02-29', 'date'], ['key_expires', '31.01.2027', 'date'], ['key_expires', '2027-1-3', 'date'],
    ];
    for (const [name, value, what] of wrong) expect(wrongWith(name, value), `${name} ${value}`).toBe(what);
    expect(isDay('0000-00-00')).toBe(false);
  });
});
