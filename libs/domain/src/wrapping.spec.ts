import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Corrupt } from './errors.js';
import { KEY_BYTES, randomKey, secretHashOf, unwrapKey, wrapKey } from './wrapping.js';

const key = fc.uint8Array({ minLength: KEY_BYTES, maxLength: KEY_BYTES });

describe('wrapKey', () => {
  it('comes back under the same parent and context', () => {
    fc.assert(
      fc.property(key, key, fc.string(), (parent, child, context) => {
        const wrapped = wrapKey(parent, child, context);
        expect(wrapped.length).toBe(60);
        expect(Buffer.from(unwrapKey(parent, wrapped, context))).toEqual(Buffer.from(child));
      }),
    );
  });

  it('is never the same twice', () => {
    const [parent, child] = [randomKey(), randomKey()];
    expect(Buffer.from(wrapKey(parent, child, 'x'))).not.toEqual(Buffer.from(wrapKey(parent, child, 'x')));
  });
});

describe('unwrapKey', () => {
  const [parent, child] = [randomKey(), randomKey()];
  const wrapped = wrapKey(parent, child, 'tenant/acme/1');

  it('refuses another parent, another context and any altered byte', () => {
    expect(() => unwrapKey(randomKey(), wrapped, 'tenant/acme/1')).toThrow(Corrupt);
    expect(() => unwrapKey(parent, wrapped, 'tenant/acme/2')).toThrow(Corrupt);
    for (let i = 0; i < wrapped.length; i += 1) {
      const altered = Uint8Array.from(wrapped, (byte, at) => (at === i ? byte ^ 1 : byte));
      expect(() => unwrapKey(parent, altered, 'tenant/acme/1')).toThrow(Corrupt);
    }
  });

  it.each([0, 28, 59, 61])('refuses %d bytes', (length) => {
    expect(() => unwrapKey(parent, new Uint8Array(length), 'tenant/acme/1')).toThrow(/wrong length/);
  });
});

describe('randomKey', () => {
  it('has 32 bytes and no twin', () => {
    const made = Array.from({ length: 100 }, () => Buffer.from(randomKey()).toString('hex'));
    expect(new Set(made).size).toBe(100);
    for (const hex of made) expect(hex).toHaveLength(2 * KEY_BYTES);
  });
});

describe('secretHashOf', () => {
  it('is SHA-256 in hex', () => {
    expect(secretHashOf('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});
