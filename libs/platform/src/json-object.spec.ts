import { describe, expect, it } from '@jest/globals';
import { isJsonObject } from './json-object.js';

describe('isJsonObject', () => {
  it.each(['{}', ' {"a":[1]} '])('takes %s', (text) => {
    expect(isJsonObject(text)).toBe(true);
  });

  it.each(['', '{', '[]', 'null', '1', '"{}"', '{} {}'])('refuses %s', (text) => {
    expect(isJsonObject(text)).toBe(false);
  });
});
