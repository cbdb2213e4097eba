import { expect, it } from '@jest/globals';
import type { MemoryDerived } from '@mneme/events';
import type { IndexFilter, VectorIndex } from '@mneme/ports';
import { aReadScope, randomSubjectId, randomTenantId } from './builders.js';
import { anIndexedMemory, anIndexFilter, termsOf, unitVector } from './indexed-memory.js';
import { FILTER_CASES, OTHERWISE } from './memory-filter-cases.js';

type Case = readonly [
  name: string,
  filter: Partial<IndexFilter>,
  wanted: Partial<MemoryDerived>,
  not: Partial<MemoryDerived>,
];

const NOW = Date.parse('2026-06-01T00:00:00.000Z');

const INDEX_CASES: readonly Case[] = [
  ...FILTER_CASES,
  ['confidence, inclusive', { confidenceMin: 0.5 }, { confidence: 0.5 }, { confidence: 0.49 }],
  [
    'expiry, exclusive',
    { nowMs: NOW },
    { expiresAt: '2026-06-01T00:00:00.001Z' },
    { expiresAt: '2026-06-01T00:00:00.000Z' },
  ],
  ['no expiry', { nowMs: NOW }, {}, { expiresAt: '2026-05-01T00:00:00.000Z' }],
];

/** Every filter works alike in both searches. */
export function indexFilterContract(index: () => VectorIndex): void {
  const search = async (memory: Partial<MemoryDerived>, filter: Partial<IndexFilter>, minTrust = 0) => {
    const scope = aReadScope(memory.tenantId as never, memory.subjectId, { minTrust });
    const dense = { vector: unitVector(1, 0, 0, 0), limit: 10 };
    const lexical = { terms: termsOf('kite'), limit: 10 };
    const hits = await Promise.all([
      index().searchDense(scope, dense, anIndexFilter(filter)),
      index().searchLexical(scope, lexical, anIndexFilter(filter)),
    ]);
    return hits.map((leg) => leg.map(({ memoryId }) => memoryId));
  };

  it.each(INDEX_CASES)('by %s', async (_, filter, wanted, not) => {
    const owner = { ...OTHERWISE, tenantId: randomTenantId(), subjectId: randomSubjectId() };
    const kept = anIndexedMemory('kite', { memory: { ...owner, ...wanted } });
    const left = anIndexedMemory('kite', { memory: { ...owner, ...not } });
    await index().upsert([kept, left]);
    expect(await search(owner, filter)).toEqual([[kept.memoryId], [kept.memoryId]]);
  });

  it('by the minimum trust of the scope, inclusive', async () => {
    const owner = { tenantId: randomTenantId(), subjectId: randomSubjectId() };
    const kept = anIndexedMemory('kite', { memory: { ...owner, trust: 0.5 } });
    await index().upsert([kept, anIndexedMemory('kite', { memory: { ...owner, trust: 0.49 } })]);
    expect(await search(owner, {}, 0.5)).toEqual([[kept.memoryId], [kept.memoryId]]);
  });

  it('finds nothing for an empty list of values', async () => {
    const owner = { tenantId: randomTenantId(), subjectId: randomSubjectId() };
    await index().upsert([anIndexedMemory('kite', { memory: owner })]);
    for (const field of ['kinds', 'flags', 'sessionKeys', 'agentIds', 'teamIds', 'sourceIds']) {
      expect(await search(owner, { [field]: [] })).toEqual([[], []]);
    }
  });
}
