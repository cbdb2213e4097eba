import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_POLICY } from './policy.js';
import { judgeTurn } from './write-filter.js';

const KEEP_ALL = { ...DEFAULT_POLICY, keepAll: true };
const turn = (content: string) => ({ content, session: 's' });
const toolCalls = [{ name: 'lookup', arguments: '{}' }];

describe('judgeTurn', () => {
  it.each(['yes', '7', '我', 'да', '👍', '€', 'é', 'a.'])('keeps %p', (content) => {
    expect(judgeTurn(turn(content), DEFAULT_POLICY)).toEqual({ keep: true, flags: [] });
  });

  it.each(['', ' ', '\n\t', '\u00a0'])('drops %p as empty, whatever the tenant keeps', (content) => {
    for (const policy of [DEFAULT_POLICY, KEEP_ALL]) {
      expect(judgeTurn(turn(content), policy)).toEqual({ keep: false, reasons: ['empty'] });
    }
  });

  it.each(['...', '?!', ' — ', '\u200b'])('drops %p as wordless, unless the tenant keeps all', (content) => {
    expect(judgeTurn(turn(content), DEFAULT_POLICY)).toEqual({ keep: false, reasons: ['no-words'] });
    expect(judgeTurn(turn(content), KEEP_ALL)).toEqual({ keep: true, flags: [] });
  });

  it('keeps a turn that only calls tools', () => {
    expect(judgeTurn({ ...turn(''), toolCalls }, DEFAULT_POLICY).keep).toBe(true);
    expect(judgeTurn({ ...turn(''), toolCalls: [] }, DEFAULT_POLICY).keep).toBe(false);
  });

  it('says the same of the same turn, names a reason for every drop and never quotes the turn', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (content, keepAll) => {
        const policy = { ...DEFAULT_POLICY, keepAll };
        const verdict = judgeTurn(turn(content), policy);
        expect(judgeTurn(turn(content), policy)).toEqual(verdict);
        if (!verdict.keep) expect(['empty', 'no-words']).toEqual(expect.arrayContaining([...verdict.reasons]));
        if (keepAll) expect(verdict.keep).toBe(content.trim() !== '');
      }),
    );
  });
});
