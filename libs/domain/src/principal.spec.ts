import { describe, expect, it } from '@jest/globals';
import type { AgentId, Audience, DepartmentId, SubjectId, TeamId, TenantId } from '@mneme/events';
import fc from 'fast-check';
import { Forbidden } from './errors.js';
import {
  createPrincipal,
  mayRead,
  type Principal,
  type Readable,
  readScopeOf,
  requireRight,
  RIGHTS,
} from './principal.js';

const name = fc.constantFrom('a', 'b', 'c');
const subjectId = fc.constantFrom('1', '2', '3').map((digit) => digit.repeat(64) as SubjectId);
const departmentId = fc.option(
  name.map((id) => id as DepartmentId),
  { nil: undefined },
);
const principal: fc.Arbitrary<Principal> = fc
  .record({
    tenantId: name.map((id) => id as TenantId),
    agentId: name.map((id) => id as AgentId),
    teamIds: fc.uniqueArray(name.map((id) => id as TeamId)),
    departmentId,
    grantedDepartmentIds: fc.uniqueArray(name.map((id) => id as DepartmentId)),
    rights: fc.subarray([...RIGHTS]).map((rights) => new Set(rights)),
    minTrust: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map((claims) => createPrincipal({ keyId: 'key-1', ...claims } as Parameters<typeof createPrincipal>[0]));
const audience: fc.Arbitrary<Audience> = fc
  .oneof(
    fc.constant('o'),
    subjectId.map((id) => `u:${id}`),
    name.map((id) => `a:${id}`),
    name.map((id) => `t:${id}`),
  )
  .map((text) => text as Audience);
const record: fc.Arbitrary<Readable> = fc.record({
  tenantId: name.map((id) => id as TenantId),
  audience,
  departmentId,
});

describe('readScopeOf', () => {
  it('is the user, the agent, the teams and the organisation, in a fixed order', () => {
    const agent = made({ teamIds: ['west' as TeamId, 'east' as TeamId], departmentId: 'care' as DepartmentId });
    const user = '1'.repeat(64) as SubjectId;
    expect(readScopeOf(agent, user)).toEqual({
      tenantId: 'acme',
      audiences: [`u:${user}`, 'a:helpdesk', 't:east', 't:west', 'o'],
      departmentIds: ['care'],
      minTrust: 0.4,
      subjectId: user,
    });
  });

  it('has no user and no department when there is none', () => {
    expect(readScopeOf(made({}))).toEqual({
      tenantId: 'acme',
      audiences: ['a:helpdesk', 'o'],
      departmentIds: [],
      minTrust: 0.4,
    });
  });

  it('has the granted departments after the own one, each once and in a fixed order', () => {
    const [care, legal, sales] = ['care', 'legal', 'sales'] as DepartmentId[] as [
      DepartmentId,
      DepartmentId,
      DepartmentId,
    ];
    const granted = { grantedDepartmentIds: [sales, care, legal, sales] };
    expect(readScopeOf(made({ ...granted, departmentId: care })).departmentIds).toEqual([care, legal, sales]);
    expect(readScopeOf(made(granted)).departmentIds).toEqual([]);
  });

  it('leaves the principal as it is', () => {
    const teamIds = Object.freeze(['west', 'east'] as TeamId[]);
    readScopeOf(made({ teamIds }));
    expect(teamIds).toEqual(['west', 'east']);
  });
});

describe('mayRead', () => {
  it('is what the table of scopes says, and nothing more', () => {
    fc.assert(
      fc.property(principal, fc.option(subjectId, { nil: undefined }), record, (who, user, what) => {
        const audiences: readonly string[] = ['o', `a:${who.agentId}`, ...who.teamIds.map((team) => `t:${team}`)];
        const own = audiences.includes(what.audience) || (user !== undefined && what.audience === `u:${user}`);
        const granted = who.departmentId === undefined ? [] : [who.departmentId, ...(who.grantedDepartmentIds ?? [])];
        const department = what.departmentId === undefined || granted.includes(what.departmentId);
        expect(mayRead(readScopeOf(who, user), what)).toBe(what.tenantId === who.tenantId && own && department);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never crosses the tenant', () => {
    fc.assert(
      fc.property(principal, subjectId, record, (who, user, what) => {
        fc.pre(what.tenantId !== who.tenantId);
        expect(mayRead(readScopeOf(who, user), what)).toBe(false);
      }),
    );
  });

  it('opens by a grant exactly the records of the department that was granted', () => {
    fc.assert(
      fc.property(principal, name, record, (who, owner, what) => {
        const grantedDepartmentIds = [...(who.grantedDepartmentIds ?? []), owner as DepartmentId];
        const [before, after] = [readScopeOf(who), readScopeOf(createPrincipal({ ...who, grantedDepartmentIds }))];
        const ofOwner = readScopeOf(createPrincipal({ ...who, departmentId: owner as DepartmentId }));
        const opened = mayRead(after, what) && !mayRead(before, what);
        expect(mayRead(before, what) && !mayRead(after, what)).toBe(false);
        if (opened) expect([what.departmentId, mayRead(ofOwner, what)]).toEqual([owner, true]);
        if (who.departmentId !== undefined && what.departmentId === owner) {
          expect(mayRead(after, what)).toBe(mayRead(ofOwner, what));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads no user at all when the request speaks for none', () => {
    fc.assert(
      fc.property(principal, subjectId, (who, user) => {
        const what = { tenantId: who.tenantId, audience: `u:${user}` as Audience };
        expect(mayRead(readScopeOf(who), what)).toBe(false);
      }),
    );
  });
});

describe('requireRight', () => {
  it.each([...RIGHTS])('lets %s through with the right alone', (right) => {
    expect(() => requireRight(made({ rights: new Set([right]) }), right)).not.toThrow();
    const others = made({ rights: new Set(RIGHTS.filter((other) => other !== right)) });
    expect(() => requireRight(others, right)).toThrow(Forbidden);
    expect(() => requireRight(others, right)).toThrow(`"${right}"`);
  });
});

function made(claims: Partial<Parameters<typeof createPrincipal>[0]>): Principal {
  return createPrincipal({
    keyId: 'key-1',
    tenantId: 'acme' as TenantId,
    agentId: 'helpdesk' as AgentId,
    teamIds: [],
    rights: new Set(['recall']),
    minTrust: 0.4,
    ...claims,
  });
}
