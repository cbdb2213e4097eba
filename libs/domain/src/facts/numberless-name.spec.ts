import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { numberlessName } from './numberless-name.js';

describe('numberlessName', () => {
  it.each([
    ['window seat', 'window seats'],
    ['movie', 'movies'],
    ['cherry', 'cherries'],
    ['dish', 'dishes'],
    ['box', 'boxes'],
    ['shoe', 'shoes'],
    ['pizza', 'pizzas'],
    ['taco', 'tacos'],
    ['cat', 'cats'],
    ['bullet point', 'bullet points'],
  ])('has one form of %j and %j', (one, several) => {
    expect(numberlessName(several)).toBe(numberlessName(one));
  });

  it.each(['tennis', 'glass', 'bus', 'us', 's', '', 'gas', 'chess', 'python', '7s', 'jazz'])('leaves %j', (name) => {
    expect(numberlessName(name)).toBe(name);
  });

  it('is never longer, nor empty for a name', () => {
    const property = fc.property(fc.string({ minLength: 1, maxLength: 40 }), (name) => {
      const form = numberlessName(name);
      expect(form.length).toBeLessThanOrEqual(name.length);
      expect(form).not.toBe('');
    });
    fc.assert(property);
  });
});
