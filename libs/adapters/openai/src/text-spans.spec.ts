import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hasName, hasSpan } from './text-spans.js';

describe('hasName', () => {
  it.each([
    ['I met Ann.', 'Ann', true],
    ['I met ANN', 'ann', true],
    ['the annual fair', 'Ann', false],
    ['Joanne', 'Anne', false],
    ['Annual, Ann', 'Ann', true],
    ['the  Atlas\nproject', 'atlas project', true],
    ['version C++', 'C++', true],
    ['C++17', 'C++', true],
    ['Ａｎｎ called', 'Ann', true],
    ['私は東京に住んでいます', '東京', true],
    ['anything', ' ', false],
  ])('in "%s" finds "%s": %s', (text, name, found) => {
    expect(hasName(text, name)).toBe(found);
  });
});

describe('hasSpan', () => {
  it('finds every part of a text that is not only spaces', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(), fc.nat(), (text, a, b) => {
        const [from, to] = [a % text.length, b % text.length].sort((x, y) => x - y) as [number, number];
        const part = text.slice(from, to + 1);
        expect(hasSpan(text, part)).toBe(part.trim() !== '');
      }),
    );
  });
});
