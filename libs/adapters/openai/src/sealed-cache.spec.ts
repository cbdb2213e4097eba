import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { aModelSubject } from '@mneme/testing';
import { SealedCache } from './sealed-cache.js';

describe('SealedCache', () => {
  it('gives back what was set, to the same subject under the same key and epoch alone', () => {
    const cache = new SealedCache({ entriesMax: 10, bytesMax: 10_000 });
    const subject = aModelSubject();
    cache.set(subject, 'asked', 'canary');
    expect(cache.get(subject, 'asked')).toBe('canary');
    const others = [{ ...subject, keys: aModelSubject().keys }, { ...subject, epoch: 2 }, aModelSubject()];
    for (const other of others) expect(cache.get(other, 'asked')).toBeUndefined();
    expect(inspect(cache, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  it('lets go of what was not used for longest', () => {
    const cache = new SealedCache({ entriesMax: 2, bytesMax: 10_000 });
    const subject = aModelSubject();
    cache.set(subject, 'a', '1');
    cache.set(subject, 'b', '2');
    cache.get(subject, 'a');
    cache.set(subject, 'c', '3');
    expect(['a', 'b', 'c'].map((asked) => cache.get(subject, asked))).toEqual(['1', undefined, '3']);
  });

  it('stays below its bytes, also when a value is set over and over or is too large alone', () => {
    const cache = new SealedCache({ entriesMax: 100, bytesMax: 400 });
    const subject = aModelSubject();
    for (let i = 0; i < 20; i += 1) cache.set(subject, 'same', 'x'.repeat(100));
    expect(cache.get(subject, 'same')).toBe('x'.repeat(100));
    cache.set(subject, 'large', 'x'.repeat(400));
    expect(cache.get(subject, 'large')).toBeUndefined();
    cache.set(subject, 'other', 'x'.repeat(100));
    cache.set(subject, 'third', 'x'.repeat(100));
    expect(cache.get(subject, 'same')).toBeUndefined();
    expect(cache.get(subject, 'other')).toBeDefined();
  });
});
