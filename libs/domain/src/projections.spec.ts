import { describe, expect, it } from '@jest/globals';
import type { MemoryContent, MemoryDerived } from '@mneme/events';
import fc from 'fast-check';
import { indexKeysOf } from './index-keys.js';
import { blindTermsOf, indexEntryOf } from './projections.js';
import { dataKeysOf } from './sealing.js';

const indexKeys = indexKeysOf(new Uint8Array(32).fill(1));
const dataKeys = dataKeysOf(new Uint8Array(32).fill(2));
const content: MemoryContent = { text: 'We hiked in the hills', session: 'private-session', speakerName: 'Ana Lima' };
const MEMORY = {
  type: 'memory-derived',
  v: 1,
  memoryId: 'ffac515e-e672-5572-b627-cdc2e574fb30',
  version: 1_780_300_800_123_456,
  tenantId: 'acme',
  subjectId: '1'.repeat(64),
  contributors: ['1'.repeat(64)],
  sessionKey: '2'.repeat(64),
  sourceId: 'd41cd589-668f-55b9-91dd-cfb38a7e2ab6',
  audience: 'o',
  kind: 'episode',
  flags: [],
  sourceClass: 'user',
  trust: 0.9,
  confidence: 0.9,
  importance: 'critical',
  occurredAt: '2023-05-08T13:56:00.000Z',
  recordedAt: 1_780_300_800_123_456,
  reviewBy: '2026-07-31T00:00:00.000Z',
  derivedFrom: ['d41cd589-668f-55b9-91dd-cfb38a7e2ab6'],
  epoch: 3,
  sealed: 'sealed-text',
} as unknown as MemoryDerived;
const INPUT = { content, dataKeys, indexKeys, model: { id: 'static-1', dimensions: 256 } };

describe('indexEntryOf', () => {
  it('gives the same entry for the same event and keys', () => {
    expect(indexEntryOf(MEMORY, { ...INPUT, blinded: new Map() })).toEqual(indexEntryOf(MEMORY, INPUT));
  });

  it('holds no text, no name and no session', () => {
    const stored = JSON.stringify(indexEntryOf(MEMORY, INPUT)).toLowerCase();
    for (const word of ['hike', 'hills', 'ana', 'lima', 'private-session', 'sealed-text']) {
      expect(stored).not.toContain(word);
    }
  });

  it('leaves out what an index does not filter by', () => {
    const entry = indexEntryOf(MEMORY, INPUT);
    for (const field of ['sealed', 'importance', 'reviewByMs', 'derivedFrom', 'type', 'v']) {
      expect(entry).not.toHaveProperty(field);
    }
  });

  it('finds the speaker by name, in the text as well', () => {
    const { terms, speakerTerms } = indexEntryOf(MEMORY, INPUT);
    expect(speakerTerms).toEqual(blindTermsOf('ana lima', { indexKeys }).map(({ term }) => term));
    expect(terms.map(({ term }) => term)).toEqual(expect.arrayContaining([...speakerTerms]));
  });

  it('changes the input hash with the text, the day, the model and the key, and with nothing else', () => {
    const hash = (memory: MemoryDerived, input: Partial<typeof INPUT>) =>
      indexEntryOf(memory, { ...INPUT, ...input }).inputHash;
    const own = hash(MEMORY, {});
    expect(hash({ ...MEMORY, version: 7, trust: 0.1 }, {})).toBe(own);
    const others = [
      hash(MEMORY, { content: { ...content, text: 'We hiked in the hill' } }),
      hash(MEMORY, { model: { id: 'static-2', dimensions: 256 } }),
      hash(MEMORY, { dataKeys: dataKeysOf(new Uint8Array(32)) }),
      hash({ ...MEMORY, occurredAt: '2023-05-09T13:56:00.000Z' }, {}),
    ];
    expect(new Set([own, ...others]).size).toBe(5);
  });
});

describe('blindTermsOf', () => {
  it('is ascending, counts repetitions and does not depend on the order of words', () => {
    const words = fc.array(fc.constantFrom('cat', 'cats', 'dog', '山川', 'x1'), { maxLength: 20 });
    fc.assert(
      fc.property(words, (some) => {
        const terms = blindTermsOf(some.join(' '), { indexKeys });
        expect(terms.map(({ term }) => term)).toEqual(
          [...new Set(terms.map(({ term }) => term))].sort((a, b) => a - b),
        );
        expect(terms.reduce((sum, { count }) => sum + count, 0)).toBe(some.length);
        expect(blindTermsOf([...some].reverse().join(' '), { indexKeys })).toEqual(terms);
      }),
    );
  });

  it('hashes each stem of a batch once', () => {
    const blinded = new Map<string, number>();
    const terms = blindTermsOf('cats cat dog', { indexKeys, blinded });
    expect([...blinded.keys()].sort()).toEqual(['cat', 'dog']);
    expect(blindTermsOf('dog cat cat', { indexKeys, blinded })).toEqual(terms);
  });

  it('gives nothing for text without words', () => {
    expect(blindTermsOf(' 👍 … ', { indexKeys })).toEqual([]);
  });
});
