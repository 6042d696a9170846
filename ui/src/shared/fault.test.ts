import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import words from '@fault-words/en.json';
import { asFailure, ownWords, sentence, type Failure } from './fault';

const make = (code: string, facts: Record<string, string> = {}, more = {}) => asFailure({ code, message: '', hint: '', facts, ...more });

describe('failures in words', () => {
  it('have a sentence and a hint for every code of the contract, in both languages', () => {
    const contract = readFileSync('src/generated/contract.ts', 'utf8');
    const codes = [...(/FaultCode =([^;]+);/.exec(contract)?.[1] ?? '').matchAll(/"(\w+)"/g)].map(([, code]) => code ?? '');
    expect(codes.sort()).toEqual(Object.keys(words).sort());
    for (const code of codes) {
      for (const language of ['en', 'id'] as const) {
        expect(sentence(language, make(code), 'message').length, code).toBeGreaterThan(10);
        expect(sentence(language, make(code), 'hint'), code).not.toContain('{');
      }
    }
  });
  it('name the facts that are known, and the wait in the language of the page', () => {
    const refused = make('connection_refused', { address: 'localhost:11434' });
    expect(sentence('en', refused, 'message')).toBe('Nothing answers at localhost:11434.');
    const limited = make('rate_limited', { wait: '20 s' }, { retry_after_ms: 19_200 });
    expect(sentence('en', limited, 'message')).toContain('20 seconds');
    expect(sentence('id', limited, 'message')).toContain('20 detik');
  });
  it('write sums of money as the page does', () => {
    const spent = make('over_budget', { budget: 'all', left: '0.0000689', limit: '1250', worst: '0.5' });
    expect(sentence('en', spent, 'message')).toContain('$0.000069 of $1,250.00 is left');
    expect(sentence('id', spent, 'message')).toContain('sisanya USD 0,000069 dari USD 1.250,00');
  });
  it('put facts in as they are, even where they look like a pattern', () => {
    expect(sentence('en', make('not_found', { name: '$& {name} $1' }), 'message')).toContain('$& {name} $1');
  });
  it('are told as a silent host where something else was thrown', () => {
    for (const thrown of ['command not found', undefined, null, new Error('x'), { code: 'made_up' }]) {
      const failure: Failure = asFailure(thrown);
      expect(failure.code).toBe('host_silent');
      expect(sentence('en', failure, 'hint')).toContain('still here');
      expect(ownWords(failure)).toBeUndefined();
    }
  });
});
