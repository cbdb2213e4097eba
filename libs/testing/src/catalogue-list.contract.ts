import { expect, it } from '@jest/globals';
import type { MemoryDerived, TeamId } from '@mneme/events';
import { type CatalogueRow, catalogueRowOf, type ReadScope } from '@mneme/domain';
import type { Catalogue, ListPage } from '@mneme/ports';
import { aMemory, aReadScope, ORGANISATION, randomSubjectId, randomTenantId, teamAudience } from './builders.js';
import { FILTER_CASES, OTHERWISE } from './memory-filter-cases.js';

const NOW_MS = Date.parse('2026-06-01T00:00:00.000Z');

function someone() {
  const owner = { tenantId: randomTenantId(), subjectId: randomSubjectId() };
  const aRow = (given: Partial<MemoryDerived> = {}) => catalogueRowOf(aMemory({ ...owner, ...given }));
  return { owner, aRow, scope: aReadScope(owner.tenantId, owner.subjectId) };
}

export function catalogueListContract(catalogue: () => Catalogue): void {
  const listed = (scope: ReadScope, page: Partial<ListPage> = {}) =>
    catalogue().list(scope, { filter: {}, nowMs: NOW_MS, limit: 100, ...page });

  it('lists newest first, page by page, each row once, over all audiences', async () => {
    const { owner, aRow } = someone();
    const teamId = 'office' as TeamId;
    const scope = aReadScope(owner.tenantId, owner.subjectId, { teamIds: [teamId] });
    const audiences = [undefined, teamAudience(teamId), ORGANISATION];
    const rows = Array.from({ length: 40 }, (_, at) => {
      const audience = audiences[at % 3];
      return aRow({
        occurredAt: `2026-01-0${1 + (at % 4)}T00:00:00.000Z`,
        recordedAt: 1_000 + (at % 5),
        ...(audience === undefined ? {} : { audience }),
      });
    });
    await catalogue().upsert(rows);
    const seen: CatalogueRow[] = [];
    for (;;) {
      const last = seen.at(-1);
      const page = await listed(scope, { limit: 7, ...(last === undefined ? {} : { after: last }) });
      seen.push(...page);
      if (page.length < 7) break;
    }
    expect(seen).toEqual([...rows].sort(newestFirst));
  });

  it('lists the highest version only, and nothing of what has expired by then', async () => {
    const { aRow, scope } = someone();
    const old = aRow();
    const next = { ...old, version: old.version + 1, occurredAtMs: old.occurredAtMs - 1_000 };
    const expired = aRow({ expiresAt: '2026-06-01T00:00:00.000Z' });
    const expiring = aRow({ expiresAt: '2026-06-01T00:00:00.001Z', occurredAt: '2025-01-01T00:00:00.000Z' });
    await catalogue().upsert([next, old, expired, expiring]);
    expect(await listed(scope)).toEqual([next, expiring]);
  });

  it('lists nothing below the minimum trust of the scope', async () => {
    const { owner, aRow } = someone();
    const trusted = aRow({ trust: 0.5 });
    await catalogue().upsert([trusted, aRow({ trust: 0.49 })]);
    expect(await listed(aReadScope(owner.tenantId, owner.subjectId, { minTrust: 0.5 }))).toEqual([trusted]);
  });

  it.each(FILTER_CASES)('filters by %s', async (_, filter, wanted, not) => {
    const { aRow, scope } = someone();
    const kept = aRow({ ...OTHERWISE, ...wanted });
    await catalogue().upsert([kept, aRow({ ...OTHERWISE, ...not })]);
    expect(await listed(scope, { filter })).toEqual([kept]);
  });

  it('finds nothing for an empty list of values', async () => {
    const { aRow, scope } = someone();
    await catalogue().upsert([aRow()]);
    expect(await listed(scope, { filter: { kinds: [] } })).toEqual([]);
    expect(await listed(scope, { filter: { flags: [] } })).toEqual([]);
  });

  it('fills the page with what the filter wants, however much lies between', async () => {
    const { aRow, scope } = someone();
    const wanted = aRow({ kind: 'fact', occurredAt: '2025-01-01T00:00:00.000Z' });
    await catalogue().upsert([...Array.from({ length: 30 }, () => aRow()), wanted]);
    expect(await listed(scope, { filter: { kinds: ['fact'] }, limit: 1 })).toEqual([wanted]);
  });
}

function newestFirst(a: CatalogueRow, b: CatalogueRow): number {
  return b.occurredAtMs - a.occurredAtMs || b.recordedAt - a.recordedAt || (a.memoryId < b.memoryId ? 1 : -1);
}
