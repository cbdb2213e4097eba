import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 } from 'uuid';
import { namespaceOf, uuidV5 } from './uuid-v5.js';

const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

describe('uuidV5', () => {
  it('gives the example of RFC 9562', () => {
    expect(uuidV5('www.example.com', namespaceOf(DNS))).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('agrees with another implementation', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.uuid(), (name, namespace) => {
        expect(uuidV5(name, namespaceOf(namespace))).toBe(v5(name, namespace));
      }),
    );
  });

  it('takes no namespace that is no uuid', () => {
    expect(() => namespaceOf('6ba7b810')).toThrow(TypeError);
  });
});
