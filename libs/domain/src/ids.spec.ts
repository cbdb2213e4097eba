import { describe, expect, it } from '@jest/globals';
import type { MemoryId, SourceId, SubjectId, TenantId } from '@mneme/events';
import fc from 'fast-check';
import { subjectCommitmentOf } from './erasure.js';
import { memoryIdOf, memoryKeyOf, turnIdOf, type TurnCause } from './ids.js';
import { blindTermOf, indexKeysOf, sessionKeyOf, subjectIdOf, tenantSubjectIdOf } from './index-keys.js';
import { partitionOf } from './partitions.js';

// Every literal id below was computed by another implementation; one that changes breaks every log there is.
const tenantId = 'acme' as TenantId;
const subjectId = '9d73bba1e822ea2b639cf9f73b396587fa09fb825bd24ecb32b82eb571f0f2df' as SubjectId;
const CAUSE: TurnCause = { tenantId, subjectId, session: 'sess-1', idempotencyKey: 'key-1', ordinal: 0 };
const INDEX_KEY = Uint8Array.from({ length: 32 }, (_, i) => i);

describe('turnIdOf', () => {
  it('is fixed for ever', () => {
    expect(turnIdOf(CAUSE)).toBe('d41cd589-668f-55b9-91dd-cfb38a7e2ab6');
    expect(turnIdOf({ ...CAUSE, session: 'Grüße "世界"', idempotencyKey: 'k\n', ordinal: 41 })).toBe(
      '7713aade-1f77-5d79-b8a2-07759b548abf',
    );
  });

  it('differs when any part of the cause differs', () => {
    const cause = fc.record({
      tenantId: fc.constantFrom('a' as TenantId, 'b' as TenantId),
      subjectId: fc.constantFrom(subjectId, 'f'.repeat(64) as SubjectId),
      session: fc.string({ maxLength: 3 }),
      idempotencyKey: fc.string({ maxLength: 3 }),
      ordinal: fc.nat(3),
    });
    fc.assert(
      fc.property(cause, cause, (one, other) => {
        expect(turnIdOf(one) === turnIdOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  it('does not let one part run into the next', () => {
    const ids = [
      turnIdOf({ ...CAUSE, session: 'a","b', idempotencyKey: 'c' }),
      turnIdOf({ ...CAUSE, session: 'a', idempotencyKey: 'b","c' }),
      turnIdOf({ ...CAUSE, session: 'a,b', idempotencyKey: 'c' }),
      turnIdOf({ ...CAUSE, session: 'a', idempotencyKey: 'b,c' }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('memoryIdOf', () => {
  const sourceId = 'd41cd589-668f-55b9-91dd-cfb38a7e2ab6' as SourceId;

  it('is fixed for ever', () => {
    expect(memoryIdOf({ tenantId, subjectId, sourceId, kind: 'episode', ordinal: 0 })).toBe(
      'ffac515e-e672-5572-b627-cdc2e574fb30',
    );
  });

  it('differs by kind and ordinal', () => {
    const ids = (['episode', 'fact', 'procedure', 'summary'] as const).flatMap((kind) =>
      [0, 1].map((ordinal) => memoryIdOf({ tenantId, subjectId, sourceId, kind, ordinal })),
    );
    expect(new Set(ids).size).toBe(8);
  });
});

describe('memoryKeyOf', () => {
  it('names the memory and the version', () => {
    const memoryId = 'ffac515e-e672-5572-b627-cdc2e574fb30' as MemoryId;
    expect(memoryKeyOf({ memoryId, version: 1_780_300_800_123_456 })).toBe(`${memoryId}/1780300800123456`);
  });
});

describe('index keys', () => {
  const keys = indexKeysOf(INDEX_KEY);

  it('give the hashes that another implementation gives', () => {
    const subject = subjectIdOf(keys, 'alice');
    expect(subject).toBe('b818b3326e967062362c90846507db5c62c55b89a1101ba5e869604345a16be7');
    expect(tenantSubjectIdOf(keys)).toBe('4a2e520cf9911d20fdc2fce6c073155104f2784980bcf97da7e47ff58530c87c');
    expect(sessionKeyOf(keys, subject, 'sess-1')).toBe(
      'c8600e6cd8dc2b552922ff50b321d16f1299a8871b4fcecc232ce89a8644efc9',
    );
    expect(blindTermOf(keys, 'hike')).toBe(2_900_183_525_826_908);
  });

  it('no user is the tenant itself', () => {
    for (const userId of ['', 'tenant', '\0', 'user\0']) {
      expect(subjectIdOf(keys, userId)).not.toBe(tenantSubjectIdOf(keys));
    }
  });

  it('keep tenants apart', () => {
    const others = indexKeysOf(Uint8Array.from(INDEX_KEY, (byte) => byte ^ 1));
    expect(subjectIdOf(others, 'alice')).not.toBe(subjectIdOf(keys, 'alice'));
    expect(blindTermOf(others, 'hike')).not.toBe(blindTermOf(keys, 'hike'));
  });

  it('keep the same session of two people apart', () => {
    const [alice, bob] = [subjectIdOf(keys, 'alice'), subjectIdOf(keys, 'bob')];
    expect(sessionKeyOf(keys, alice, 's')).not.toBe(sessionKeyOf(keys, bob, 's'));
  });

  it('give terms of 52 bits', () => {
    fc.assert(
      fc.property(fc.string(), (stem) => {
        const term = blindTermOf(keys, stem);
        expect(Number.isSafeInteger(term)).toBe(true);
        expect(term).toBeGreaterThanOrEqual(0);
        expect(term).toBeLessThan(2 ** 52);
      }),
    );
  });
});

describe('partitionOf', () => {
  it('is the first four bytes, unsigned, modulo the count', () => {
    expect(partitionOf(subjectId, 4)).toBe(0x9d73bba1 % 4);
    expect(partitionOf('ffffffff'.padEnd(64, '0') as SubjectId, 16)).toBe(15);
    expect(partitionOf('80000000'.padEnd(64, '0') as SubjectId, 7)).toBe(0x80000000 % 7);
  });

  it('is a partition, the same one each time', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{64}$/), fc.integer({ min: 1, max: 64 }), (hex, count) => {
        const partition = partitionOf(hex as SubjectId, count);
        expect(Number.isInteger(partition) && partition >= 0 && partition < count).toBe(true);
        expect(partitionOf(hex as SubjectId, count)).toBe(partition);
      }),
    );
  });

  it('spreads people evenly', () => {
    const keys = indexKeysOf(INDEX_KEY);
    const sizes = [0, 0, 0, 0];
    for (let i = 0; i < 4_000; i += 1) {
      const partition = partitionOf(subjectIdOf(keys, `user-${i}`), 4);
      sizes[partition] = (sizes[partition] ?? 0) + 1;
    }
    for (const size of sizes) expect(Math.abs(size - 1_000)).toBeLessThan(150);
  });
});

describe('subjectCommitmentOf', () => {
  it('is fixed for ever, and differs by epoch, subject and key', () => {
    const commitment = subjectCommitmentOf(INDEX_KEY, subjectId, 2);
    expect(commitment).toBe('5f8ddaab686c0062f95480643faa411f6aea0293305ad5ef35bd677d809186b7');
    expect(subjectCommitmentOf(INDEX_KEY, subjectId, 3)).not.toBe(commitment);
    expect(subjectCommitmentOf(INDEX_KEY, 'f'.repeat(64) as SubjectId, 2)).not.toBe(commitment);
    expect(subjectCommitmentOf(new Uint8Array(32), subjectId, 2)).not.toBe(commitment);
  });
});
