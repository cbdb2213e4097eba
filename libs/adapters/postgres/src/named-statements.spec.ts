import { describe, expect, it } from '@jest/globals';
import { namedStatementsOf, valuesFor } from './named-statements.js';

const { one } = namedStatementsOf('things', {
  one: 'SELECT :a::text, x::bigint FROM things WHERE a = :a AND b < :b2',
});

describe('named statements', () => {
  it('number each name once and leave casts alone', () => {
    expect(one).toEqual({
      name: 'things.one',
      text: 'SELECT $1::text, x::bigint FROM things WHERE a = $1 AND b < $2',
      names: ['a', 'b2'],
    });
  });

  it('take values in the order of their numbers, and NULL only when it is said', () => {
    expect(valuesFor(one, { b2: null, a: 'x', more: 1 })).toEqual(['x', null]);
    expect(() => valuesFor(one, { a: 'x' })).toThrow('things.one was given no b2');
  });
});
