import { describe, expect, it } from '@jest/globals';
import { collected, filter, integer, policyPatch, share } from './arguments.js';

describe('filter', () => {
  it('splits at the first two colons, and values of `in` at commas', () => {
    expect(filter('kind:in:episode,fact')).toEqual([{ field: 'kind', op: 'in', values: ['episode', 'fact'] }]);
    expect(filter('session:in:a:b\\,c,d')).toEqual([{ field: 'session', op: 'in', values: ['a:b,c', 'd'] }]);
    expect(filter('occurred_at:from:2026-01-01T00:00:00+01:00')).toEqual([
      { field: 'occurred_at', op: 'from', values: ['2026-01-01T00:00:00+01:00'] },
    ]);
  });

  it('adds the values of the same field and op, and keeps others apart', () => {
    const first = filter('kind:in:episode');
    const second = filter('occurred_at:before:2026-01-01T00:00:00Z', first);
    expect(filter('kind:in:fact', second)).toEqual([
      { field: 'kind', op: 'in', values: ['episode', 'fact'] },
      { field: 'occurred_at', op: 'before', values: ['2026-01-01T00:00:00Z'] },
    ]);
  });

  it.each(['kind', 'kind:in', 'kind:in:', ':in:x'])('refuses %s', (text) => {
    expect(() => filter(text)).toThrow('field:op:value');
  });
});

describe('numbers', () => {
  it('are whole and within bounds', () => {
    const limit = integer(1, 50);
    expect(limit('50')).toBe(50);
    for (const text of ['0', '51', '1.5', '1e1', '', '-1', 'ten']) expect(() => limit(text)).toThrow('1 to 50');
  });

  it('are shares', () => {
    expect([share('0'), share('0.75'), share('1')]).toEqual([0, 0.75, 1]);
    for (const text of ['', ' ', '1.01', '-0.1', 'x']) expect(() => share(text)).toThrow('0 to 1');
  });
});

describe('the rest', () => {
  it('collects', () => {
    expect(collected('b', collected('a'))).toEqual(['a', 'b']);
  });

  it('takes changes of a policy, by field or as one object', () => {
    const words = ['similarityMin=0.8', 'budgets.turnsPerDay=10', 'budgets.tokensPerDay=null', 'keepAll=true'];
    const budgets = { turnsPerDay: 10, tokensPerDay: null };
    expect(policyPatch(words)).toEqual({ similarityMin: 0.8, budgets, keepAll: true });
    const nested = ['a.b.c=1', 'a.b.d=["x"]', 'a.e=2'];
    expect(policyPatch(nested)).toEqual({ a: { b: { c: 1, d: ['x'] }, e: 2 } });
    expect(policyPatch(['{"a":{"b":1}}'])).toEqual({ a: { b: 1 } });
    for (const word of ['[]', 'null', '{', 'a', 'a=', 'a.b.c.d.e=1', 'a=x', '=1']) {
      expect(() => policyPatch([word])).toThrow('no change of a policy');
    }
  });
});
