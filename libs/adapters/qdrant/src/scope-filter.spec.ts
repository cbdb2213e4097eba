import { describe, expect, it } from '@jest/globals';
import type { DepartmentId } from '@mneme/events';
import { anIndexFilter, aReadScope, randomSubjectId, randomTenantId } from '@mneme/testing';
import { scopeConditions, wantedConditions } from './scope-filter.js';

describe('scopeConditions', () => {
  it('name the tenant, the places and the departments, each as a must of its own', () => {
    const [tenantId, subjectId] = [randomTenantId(), randomSubjectId()];
    const scope = aReadScope(tenantId, subjectId, { agentId: 'clerk' as never, departmentId: 'sales' as DepartmentId });
    const places = [`u:${subjectId}`, 'a:clerk', 'o'].map((audience) => JSON.stringify([tenantId, audience]));
    expect(scopeConditions(scope)).toEqual([
      { key: 'tenantId', match: { value: tenantId } },
      { key: 'place', match: { any: places } },
      { key: 'departmentId', match: { any: ['', 'sales'] } },
    ]);
  });

  it('let nobody without a department read what has one', () => {
    expect(scopeConditions(aReadScope(randomTenantId()))[2]).toEqual({ key: 'departmentId', match: { any: [''] } });
  });
});

describe('wantedConditions', () => {
  const scope = aReadScope(randomTenantId(), undefined, { minTrust: 0.25 });

  it('are trust, confidence and expiry, and what else the filter gives', () => {
    const filter = anIndexFilter({ confidenceMin: 0.5, nowMs: 7, kinds: ['fact'], occurredFromMs: 1, occurredToMs: 2 });
    expect(wantedConditions(scope, filter)).toEqual([
      { key: 'trust', range: { gte: 0.25 } },
      { key: 'confidence', range: { gte: 0.5 } },
      { key: 'expiresAtMs', range: { gt: 7 } },
      { key: 'kind', match: { any: ['fact'] } },
      { key: 'occurredAtMs', range: { gte: 1 } },
      { key: 'occurredAtMs', range: { lt: 2 } },
    ]);
  });

  it('are none when a list of values is empty, which nothing can be one of', () => {
    expect(wantedConditions(scope, anIndexFilter({ flags: [] }))).toBeUndefined();
  });
});
