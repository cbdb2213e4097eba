import { expect, it } from '@jest/globals';
import type { AgentId, MemoryDerived, TeamId } from '@mneme/events';
import { type CatalogueRow, catalogueRowOf } from '@mneme/domain';
import type { Catalogue } from '@mneme/ports';
import { aMemory, aReadScope, randomDepartmentId, randomMemoryId, randomSubjectId, userAudience } from './builders.js';

export function catalogueRowsContract(catalogue: () => Catalogue): void {
  const aRow = (given?: Partial<MemoryDerived>) => catalogueRowOf(aMemory(given));
  const found = (row: CatalogueRow) => catalogue().get(aReadScope(row.tenantId, row.subjectId), [row.memoryId]);

  it('gives back the row as the projection made it', async () => {
    const full = aRow({
      departmentId: randomDepartmentId(),
      agentId: 'clerk' as AgentId,
      teamId: 'office' as TeamId,
      flags: ['decision', 'quoted "text"'],
      contributors: [randomSubjectId(), randomSubjectId()],
      derivedFrom: ['one', 'two'],
      reviewBy: '2026-02-01T00:00:00.001Z',
      expiresAt: '2026-03-01T00:00:00.002Z',
      importance: 'critical',
      confidence: 0.1 + 0.2,
      epoch: 7,
    });
    const bare = aRow();
    await catalogue().upsert([full, bare]);
    const scope = aReadScope(full.tenantId, full.subjectId, { departmentId: full.departmentId });
    expect(await catalogue().get(scope, [full.memoryId])).toEqual([full]);
    expect(await found(bare)).toStrictEqual([bare]);
  });

  it('takes the same row twice as once, and other bytes of a version in place of the first', async () => {
    const row = aRow();
    await catalogue().upsert([row, row]);
    await catalogue().upsert([row]);
    expect(await found(row)).toEqual([row]);
    const other = { ...row, confidence: 0.1 };
    await catalogue().upsert([other]);
    expect(await found(row)).toEqual([other]);
  });

  it('reads the highest version, in whatever order they came', async () => {
    const old = aRow();
    const next = { ...old, version: old.version + 1, flags: ['later'] };
    await catalogue().upsert([next]);
    await catalogue().upsert([old]);
    expect(await found(old)).toEqual([next]);
  });

  it('does not read the older version where the highest is not readable', async () => {
    const old = aRow();
    const narrowed = { ...old, version: old.version + 1, audience: userAudience(randomSubjectId()) };
    await catalogue().upsert([old, narrowed]);
    expect(await found(old)).toEqual([]);
  });

  it('removes a version, again and again, and then reads the one below', async () => {
    const old = aRow();
    const next = { ...old, version: old.version + 1 };
    await catalogue().upsert([old, next]);
    for (let time = 0; time < 2; time++) {
      await catalogue().remove([{ memoryId: old.memoryId, version: next.version }]);
      expect(await found(old)).toEqual([old]);
    }
    await catalogue().remove([{ memoryId: old.memoryId, version: old.version }]);
    expect(await found(old)).toEqual([]);
  });

  it('leaves out what is absent and what is not readable alike', async () => {
    const own = aRow();
    const others = [aRow({ tenantId: own.tenantId }), aRow({ subjectId: own.subjectId })];
    const doubtful = aRow({ tenantId: own.tenantId, subjectId: own.subjectId, trust: 0.2 });
    await catalogue().upsert([own, doubtful, ...others]);
    const ids = [own, doubtful, ...others].map(({ memoryId }) => memoryId);
    const scope = aReadScope(own.tenantId, own.subjectId, { minTrust: 0.5 });
    expect(await catalogue().get(scope, [...ids, randomMemoryId(), own.memoryId])).toEqual([own]);
    expect(await catalogue().get(scope, [])).toEqual([]);
  });

  it('takes nothing at all', async () => {
    await catalogue().upsert([]);
    await catalogue().remove([]);
  });
}
