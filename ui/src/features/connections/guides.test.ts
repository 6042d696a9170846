import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../tests/look/catalogue';
import { provider } from '../../../tests/look/double';
import { codeOf, guideAt, hasGuide, lineFor, linesOf } from './guides';

const codes = new Set([...(/FaultCode =([^;]+);/.exec(readFileSync('src/generated/contract.ts', 'utf8'))?.[1] ?? '').matchAll(/"(\w+)"/g)].map(([, code]) => code));
const failure = (code: string) => ({ code, message: '', hint: '', facts: {} }) as never;

describe('guides', () => {
  it('lead a failure to its own line, and to none where there is none', () => {
    const one = provider('one', 'One', 'cloud', null);
    expect(lineFor(one, 'en', failure('no_credit'))).toEqual({ code: 'no_credit', mend: 'Add credit on the billing page.' });
    expect(lineFor(one, 'id', failure('no_credit'))?.mend).toBe('Isi saldo di halaman tagihan.');
    expect(lineFor(one, 'en', failure('wrong_key'))).toBeUndefined();
    expect(lineFor(one, 'en', { code: 'host_silent' })).toBeUndefined();
    expect(lineFor(undefined, 'en', failure('no_credit'))).toBeUndefined();
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
