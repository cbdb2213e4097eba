import { expect, it } from '@jest/globals';
import { aReadScope, randomTenantId } from './builders.js';
import { aFact, aGraphView, anEntity } from './graph-facts.js';
import type { FactGraph } from '@mneme/ports';
import type { GraphFact } from '@mneme/domain';

export function factWritesContract(graph: () => FactGraph): void {
  const seen = (fact: GraphFact, given = {}) =>
    graph().factsOf(aReadScope(fact.tenantId, fact.subjectId), {
      ...aGraphView(given),
      entities: [fact.subjectEntity],
      fanOut: 10,
      limit: 10,
    });

  it('keeps every field', async () => {
    const [entity, alias] = [anEntity(), anEntity()];
    const full = aFact({
      memory: { departmentId: 'sales' as never, expiresAt: '2030-01-01T00:00:00.000Z' },
      predicate: 'account_is',
      valueHash: 'ab'.repeat(16),
      qualifierHash: 'cd'.repeat(16),
      subjectEntity: entity,
      isCorrection: true,
      validTo: '2029-01-01T00:00:00.000Z',
      aliases: [{ entity, alias }],
    });
    await graph().upsert([full]);
    const scope = aReadScope(full.tenantId, full.subjectId, { departmentId: 'sales' as never });
    const query = { ...aGraphView(), entities: [entity], fanOut: 1, limit: 1 };
    expect(await graph().factsOf(scope, query)).toEqual([full]);
  });

  it('replaces a version by its later form, with what that ends and the names that it gives', async () => {
    const [entity, alias, other] = [anEntity(), anEntity(), anEntity()];
    const fact = aFact({ subjectEntity: entity, aliases: [{ entity, alias }] });
    const { memoryId, version, tenantId, subjectId, recordedAt } = fact;
    const memory = { memoryId, version, tenantId, subjectId, recordedAt };
    const form = aFact({ memory, subjectEntity: entity, predicate: 'uses', aliases: [{ entity, alias: other }] });
    const scope = aReadScope(tenantId, subjectId);
    await graph().upsert([fact]);
    await graph().upsert([form]);
    expect(await seen(fact)).toEqual([form]);
    expect(await graph().resolve(scope, [alias], aGraphView())).toEqual([]);
    expect(await graph().resolve(scope, [other], aGraphView())).toEqual([entity]);
    const elder = aFact({ memory: { tenantId, subjectId, recordedAt: 1 }, subjectEntity: entity });
    await graph().upsert([elder]);
    expect(await seen(fact)).toEqual([form, elder]);
  });

  it('shows the highest version, whichever came last, and the one below it when that is removed', async () => {
    const fact = aFact({ memory: { recordedAt: 1_000, version: 1_000 } });
    const higher = { ...fact, version: 2_000, confidence: 0.1 };
    await graph().upsert([higher]);
    await graph().upsert([fact]);
    expect(await seen(fact)).toEqual([higher]);
    expect(await seen(fact, { knownAt: 1_999 })).toEqual([fact]);
    expect(await seen(fact, { knownAt: 999 })).toEqual([]);
    await graph().remove([higher, higher]);
    expect(await seen(fact)).toEqual([fact]);
    await graph().remove([fact]);
    await graph().remove([fact]);
    expect(await seen(fact)).toEqual([]);
  });

  it('takes nothing for nothing', async () => {
    await graph().upsert([]);
    await graph().remove([]);
    expect(await graph().statesOf(aReadScope(randomTenantId()), [], aGraphView())).toEqual([]);
  });

  it("never takes the place of another tenant's fact", async () => {
    const fact = aFact();
    await graph().upsert([fact]);
    await graph().upsert([{ ...fact, tenantId: randomTenantId(), confidence: 0.1 }]);
    expect(await seen(fact)).toEqual([fact]);
  });
}
