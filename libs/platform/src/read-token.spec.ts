import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TurnId } from '@mneme/events';
import { decodeReadToken, encodeReadToken, TOKEN_TURNS_MAX } from './read-token.js';

const turnIds = (count: number) => Array.from({ length: count }, () => randomUUID() as TurnId);

describe('a read token', () => {
  it('comes back as it was made', () => {
    const offsets = fc
      .dictionary(fc.nat({ max: 1_023 }).map(String), fc.maxSafeNat())
      .map((entries) => new Map(Object.entries(entries).map(([partition, offset]) => [Number(partition), offset])));
    fc.assert(
      fc.property(offsets, fc.nat({ max: TOKEN_TURNS_MAX }), (map, count) => {
        const token = { offsets: map, turnIds: turnIds(count) };
        expect(decodeReadToken(encodeReadToken(token))).toEqual(token);
      }),
    );
  });

  it('names no turns of a large request', () => {
    const token = encodeReadToken({ offsets: new Map([[0, 7]]), turnIds: turnIds(TOKEN_TURNS_MAX + 1) });
    expect(decodeReadToken(token)).toEqual({ offsets: new Map([[0, 7]]), turnIds: [] });
  });

  it('is refused when it is none, whatever was sent', () => {
    const wrong = ['', 'x', 'e30', Buffer.from('[[[0,-1]],[]]').toString('base64url'), 'A'.repeat(100_000)];
    for (const token of wrong)
      expect(() => decodeReadToken(token)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(() => decodeReadToken(text)).toThrow('this is no token');
      }),
    );
  });
});
