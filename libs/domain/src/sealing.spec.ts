import { describe, expect, it } from '@jest/globals';
import type { SubjectId, TenantId } from '@mneme/events';
import fc from 'fast-check';
import { Corrupt } from './errors.js';
import { dataKeysOf, keyedHash, seal, type SealContext, unseal } from './sealing.js';

const DATA_KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
const SUBJECT = '9d73bba1e822ea2b639cf9f73b396587fa09fb825bd24ecb32b82eb571f0f2df' as SubjectId;
const CONTEXT: SealContext = {
  tenantId: 'acme' as TenantId,
  subjectId: SUBJECT,
  epoch: 2,
  recordId: 'rec-1',
  version: 1_700_000_000_000_000,
};
const keys = dataKeysOf(DATA_KEY);
const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const dataKey = fc.uint8Array({ minLength: 32, maxLength: 32 });
const context: fc.Arbitrary<SealContext> = fc.record({
  tenantId: fc.stringMatching(/^[a-z]{1,8}$/).map((id) => id as TenantId),
  subjectId: fc.stringMatching(/^[0-9a-f]{64}$/).map((id) => id as SubjectId),
  epoch: fc.integer({ min: 1, max: 9 }),
  recordId: fc.uuid(),
  version: fc.integer({ min: 1 }),
});

describe('seal', () => {
  it('gives the bytes that another implementation gives', () => {
    expect(seal(keys, CONTEXT, 'hello')).toBe('U5XlqCVowewiY5NFxOeDweRWpUN59IR6sMeHNKRrj6NH');
  });

  it('gives the same bytes again, and they open to the same text', () => {
    fc.assert(
      fc.property(dataKey, context, text, (key, where, plain) => {
        const sealed = seal(dataKeysOf(key), where, plain);
        expect(seal(dataKeysOf(Uint8Array.from(key)), { ...where }, plain)).toBe(sealed);
        expect(unseal(dataKeysOf(key), where, sealed)).toBe(plain);
      }),
    );
  });

  it('never uses a nonce twice for different texts, records or versions', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.uuid(), fc.nat(3), text), { selector: String, minLength: 2 }),
        (records) => {
          const nonces = records.map(([recordId, version, plain]) =>
            seal(keys, { ...CONTEXT, recordId, version }, plain).slice(0, 16),
          );
          expect(new Set(nonces).size).toBe(records.length);
        },
      ),
    );
  });

  it('shows nothing of the text but its length', () => {
    const plain = 'my telephone number is 555-0199';
    const bytes = Buffer.from(seal(keys, CONTEXT, plain), 'base64');
    expect(bytes.length).toBe(12 + Buffer.byteLength(plain) + 16);
    expect(bytes.toString('latin1')).not.toContain('555');
  });
});

describe('unseal', () => {
  const sealed = seal(keys, CONTEXT, 'hello');

  it.each<[string, Partial<SealContext>]>([
    ['another tenant', { tenantId: 'other' as TenantId }],
    ['another subject', { subjectId: 'f'.repeat(64) as SubjectId }],
    ['another epoch', { epoch: 3 }],
    ['another record', { recordId: 'rec-2' }],
    ['another version', { version: CONTEXT.version + 1 }],
  ])('refuses what was sealed for %s', (_name, change) => {
    expect(() => unseal(keys, { ...CONTEXT, ...change }, sealed)).toThrow(Corrupt);
  });

  it('refuses any context but its own', () => {
    fc.assert(
      fc.property(context, context, text, (own, other, plain) => {
        fc.pre(JSON.stringify(own) !== JSON.stringify(other));
        expect(() => unseal(keys, other, seal(keys, own, plain))).toThrow(Corrupt);
      }),
    );
  });

  it('refuses another key', () => {
    expect(() => unseal(dataKeysOf(new Uint8Array(32)), CONTEXT, sealed)).toThrow(Corrupt);
  });

  it('refuses any altered bit', () => {
    const bytes = Buffer.from(sealed, 'base64');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => unseal(keys, CONTEXT, altered.toString('base64'))).toThrow(Corrupt);
    }
  });

  it.each(['', 'AAAA', Buffer.alloc(27).toString('base64'), Buffer.alloc(28).toString('base64'), '%%%'])(
    'refuses %p, and says nothing of it',
    (bytes) => {
      expect(() => unseal(keys, CONTEXT, bytes)).toThrow(/^a sealed text/);
    },
  );
});

describe('keyedHash', () => {
  it('differs by purpose and by data key', () => {
    const hashes = [keys, dataKeysOf(new Uint8Array(32))].flatMap((of) => [
      keyedHash(of.fingerprint, 'text'),
      keyedHash(of.input, 'text'),
      keyedHash(of.nonce, 'text'),
      keyedHash(of.seal, 'text'),
    ]);
    expect(new Set(hashes).size).toBe(8);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });
});
