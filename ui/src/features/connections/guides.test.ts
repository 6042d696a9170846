import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../tests/look/catalogue';
import { provider } from '../../../tests/look/double';
import { codeOf, guideAt, hasGuide, lineFor, linesOf, linesWith } from './guides';

const codes = new Set([...(/FaultCode =([^;]+);/.exec(readFileSync('src/generated/contract.ts', 'utf8'))?.[1] ?? '').matchAll(/"(\w+)"/g)].map(([, code]) => code));
const failure = (code: string) => ({ code, message: '', hint: '', facts: {} }) as never;

describe('guides', () => {
  it('lead a failure to its own line, and to what helps anywhere where there is none', () => {
    const one = provider('one', 'One', 'cloud', null);
    expect(lineFor(one, 'en', failure('no_credit'))).toEqual({ code: 'no_credit', mend: 'Add credit on the billing page.' });
    expect(lineFor(one, 'id', failure('no_credit'))?.mend).toBe('Isi saldo di halaman tagihan.');
    expect(lineFor(one, 'en', failure('wrong_key'))?.mend).toContain('key page');
    expect(lineFor(one, 'en', failure('vault_locked'))).toBeUndefined();
    expect(lineFor(one, 'en', { code: 'host_silent' })).toBeUndefined();
    expect(lineFor(undefined, 'en', failure('no_credit'))).toBeUndefined();
  });
  it('have help for everything that a test can say, in both languages, with every provider', () => {
    const bare = { ...provider('bare', 'Bare', 'cloud', null), guide: { en: { notice: null, steps: [], failures: {} }, id: { notice: null, steps: [], failures: {} } } };
    const told = [
      'wrong_key', 'no_credit', 'rate_limited', 'model_not_allowed', 'connection_refused', 'unknown_host', 'tls_failed', 'timed_out', 'not_an_api',
      'model_not_found', 'bad_request', 'overloaded', 'upstream_failed', 'stream_broken', 'redirect_refused', 'answer_too_large', 'key_form', 'bad_address', 'bad_header',
    ];
    for (const code of told) {
      expect(codes.has(code), code).toBe(true);
      const [english, indonesian] = (['en', 'id'] as const).map((language) => lineFor(bare, language, failure(code)));
      expect(english?.mend.length, code).toBeGreaterThan(40);
      expect(indonesian?.mend.length, code).toBeGreaterThan(40);
      expect(indonesian?.mend, code).not.toBe(english?.mend);
      for (const one of [bare, ...catalogue]) {
        const line = lineFor(one, 'en', failure(code));
        // The link leads to a line that is there, once.
        expect(linesWith(one, 'en', code).filter((shown) => shown.code === code), `${one.id} ${code}`).toEqual([line]);
      }
    }
    expect(linesWith(bare, 'en', undefined)).toEqual([]);
    expect(linesWith(bare, 'en', 'made_up')).toEqual([]);
  });
  it('are found at an address that names the line, whatever else stands there', () => {
    expect(guideAt('ollama', 'timed_out')).toEqual({ name: 'guides', params: { provider: 'ollama' }, hash: '#timed_out' });
    expect(guideAt('ollama')).not.toHaveProperty('hash');
    expect(codeOf('#timed_out')).toBe('timed_out');
    for (const hash of ['', '#', '#x y', '#"]x', '#<b>']) expect(codeOf(hash), hash).toBeUndefined();
  });
  it('of the catalogue are whole in both languages: steps, and the same failures with codes that exist', () => {
    expect(catalogue.length).toBeGreaterThan(6);
    for (const entry of catalogue) {
      for (const language of ['en', 'id'] as const) {
        expect(hasGuide(entry, language), entry.id).toBe(true);
        expect(entry.guide[language].steps.length, `${entry.id} ${language}`).toBeGreaterThan(0);
        for (const { code, mend } of linesOf(entry, language)) {
          expect(codes.has(code), `${entry.id}: ${code}`).toBe(true);
          expect(mend.length, `${entry.id}: ${code}`).toBeGreaterThan(20);
        }
      }
      expect(linesOf(entry, 'id').map((line) => line.code).sort(), entry.id).toEqual(linesOf(entry, 'en').map((line) => line.code).sort());
    }
  });
});
