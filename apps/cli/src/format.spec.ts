import { describe, expect, it } from '@jest/globals';
import { bytes, counted, milliseconds, minute, oneLine, plain, table, wrapped } from './format.js';

describe('table', () => {
  it('breaks lines between words', () => {
    expect(wrapped('one two  three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('incomprehensibilities of it', 5)).toEqual(['incomprehensibilities', 'of it']);
    expect(wrapped(' ', 5)).toEqual([]);
  });

  it('aligns columns, numbers to the right', () => {
    expect(
      table(
        ['name', 'n'],
        [
          ['a', '10'],
          ['longer', '2'],
        ],
      ),
    ).toEqual(['name     n', 'a       10', 'longer   2']);
  });

  it('has no head when no column has a title', () => {
    expect(table(['', ''], [['a', 'b']])).toEqual(['a  b']);
    expect(table(['', ''], [])).toEqual([]);
  });
});

describe('what others wrote', () => {
  it('cannot move the cursor, colour the screen or turn the writing around', () => {
    expect(plain('a\u001b[2Jb\u202ec\r\u009bd\ne')).toBe('a [2Jbc  d\ne');
    expect(oneLine('a\n\n b\tc', 80)).toBe('a b c');
    expect(oneLine('abcdef', 4)).toBe('abc…');
  });
});

describe('figures', () => {
  it('have units', () => {
    expect([bytes(0), bytes(1023), bytes(1536), bytes(3 * 1024 ** 3)]).toEqual(['0 B', '1023 B', '1.5 KiB', '3.0 GiB']);
    expect([milliseconds(1.234), milliseconds(12.34), milliseconds(123.4)]).toEqual(['1.23', '12.3', '123']);
    expect([counted(1, 'turn'), counted(2_000, 'memory', 'memories')]).toEqual(['1 turn', '2,000 memories']);
    expect(minute('2026-03-14T09:26:53.000Z')).toBe('2026-03-14 09:26');
  });
});
