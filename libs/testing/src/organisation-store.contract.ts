import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AgentId, DepartmentId, TeamId, TenantId } from '@mneme/events';
import type { ControlStore, OrganisationLimits, OrganisationStore } from '@mneme/ports';
import { randomAgentId, randomDepartmentId, randomTeamId } from './builders.js';
import { anApiKey, aTenant, randomTenantKeys } from './control-store.contract.js';
import { grantsContract } from './organisation-grants.contract.js';

/** Both ports on the same data, and the limits that the first was made with. */
export interface OrganisationStores {
  readonly organisation: OrganisationStore;
  readonly controlStore: ControlStore;
  readonly limits: OrganisationLimits;
}

/** Small enough to be reached by a test. */
export const SMALL_ORGANISATION_LIMITS: OrganisationLimits = {
  departmentsMax: 12,
  teamsMax: 8,
  agentsMax: 10,
  teamsOfAgentMax: 3,
  grantsOfDepartmentMax: 4,
};

const AT = '2026-01-01T00:00:00.000Z';
const LATER = '2026-02-01T00:00:00.000Z';
const ALL = { limit: 100 };
const NOT_FOUND = { code: 'not-found', retry: 'never' };

/** What every store of departments, teams, agents and grants must do; `make` takes `SMALL_ORGANISATION_LIMITS`. */
export function organisationStoreContract(make: () => Promise<OrganisationStores>): void {
  describe('organisation store', () => {
    let stores: OrganisationStores;
    const state = { tenantId: '' as TenantId, other: '' as TenantId };
    beforeAll(async () => {
      stores = await make();
    });
    beforeEach(async () => {
      state.tenantId = await aFreshTenant(stores);
      state.other = await aFreshTenant(stores);
    });
    const store = () => stores.organisation;
    describe('departments', () => departmentsContract(store, state));
    describe('teams', () => teamsContract(store, state));
    describe('agents', () => agentsContract(() => stores, state));
    describe('grants', () => grantsContract(store, state));
    describe('limits', () => limitsContract(() => stores, state));
  });
}

interface State {
  readonly tenantId: TenantId;
  readonly other: TenantId;
}

async function aFreshTenant({ controlStore }: OrganisationStores): Promise<TenantId> {
  const tenant = aTenant();
  await controlStore.createTenant(tenant, randomTenantKeys());
  return tenant.tenantId;
}

function departmentsContract(store: () => OrganisationStore, state: State): void {
  const create = (departmentId: DepartmentId, tenantId = state.tenantId) =>
    store().createDepartment({ tenantId, departmentId, createdAt: AT });

  it('lists by id in pages, and nobody else’s', async () => {
    for (const id of ['c', 'a', 'b'] as DepartmentId[]) await create(id);
    await create('z' as DepartmentId, state.other);
    const first = await store().listDepartments(state.tenantId, { limit: 2 });
    expect(first).toEqual(
      ['a', 'b'].map((departmentId) => ({ tenantId: state.tenantId, departmentId, createdAt: AT })),
    );
    expect(await store().hasDepartment(state.tenantId, 'a' as DepartmentId)).toBe(true);
    expect(await store().hasDepartment(state.tenantId, 'z' as DepartmentId)).toBe(false);
    const rest = await store().listDepartments(state.tenantId, { after: 'b', limit: 2 });
    expect(rest.map(({ departmentId }) => departmentId)).toEqual(['c']);
  });

  it('refuses one that exists, one of no tenant, and the removal of one that is not there', async () => {
    const departmentId = randomDepartmentId();
    await create(departmentId);
    await expect(create(departmentId)).rejects.toMatchObject({ code: 'conflict', detail: { field: 'departmentId' } });
    await expect(create(departmentId, 'nobody' as TenantId)).rejects.toMatchObject(NOT_FOUND);
    await expect(store().removeDepartment(state.other, departmentId)).rejects.toMatchObject(NOT_FOUND);
    await store().removeDepartment(state.tenantId, departmentId);
    expect(await store().listDepartments(state.tenantId, ALL)).toEqual([]);
  });

  it('stays while agents belong to it', async () => {
    const [departmentId, agentId] = [randomDepartmentId(), randomAgentId()];
    await create(departmentId);
    await store().createAgent({ tenantId: state.tenantId, agentId, departmentId, teamIds: [] });
    const removing = store().removeDepartment(state.tenantId, departmentId);
    await expect(removing).rejects.toMatchObject({ code: 'conflict', detail: { sent: '1 agents' } });
    await store().moveAgent({ tenantId: state.tenantId, agentId }, undefined);
    await store().removeDepartment(state.tenantId, departmentId);
  });
}

function teamsContract(store: () => OrganisationStore, state: State): void {
  const create = (teamId: TeamId) => store().createTeam({ tenantId: state.tenantId, teamId, createdAt: AT });

  it('lists by id in pages, and refuses one that exists', async () => {
    for (const id of ['b', 'a'] as TeamId[]) await create(id);
    await expect(create('a' as TeamId)).rejects.toMatchObject({ code: 'conflict', detail: { field: 'teamId' } });
    expect(await store().listTeams(state.tenantId, { limit: 1 })).toEqual([
      { tenantId: state.tenantId, teamId: 'a', createdAt: AT },
    ]);
    expect(await store().listTeams(state.other, ALL)).toEqual([]);
    expect(await store().hasTeam(state.tenantId, 'a' as TeamId)).toBe(true);
    expect(await store().hasTeam(state.other, 'a' as TeamId)).toBe(false);
  });

  it('has members that come, go, and leave when it is removed', async () => {
    const [team, kept] = ['team', 'kept'] as [TeamId, TeamId];
    for (const teamId of [team, kept]) await create(teamId);
    const agent = { tenantId: state.tenantId, agentId: randomAgentId() };
    await store().createAgent({ ...agent, teamIds: [kept] });
    const teams = async () => (await store().listAgents(state.tenantId, ALL)).map(({ teamIds }) => teamIds);
    await store().joinTeam(agent, team);
    await store().joinTeam(agent, team);
    expect(await teams()).toEqual([[kept, team]]);
    await store().leaveTeam(agent, team);
    await store().leaveTeam(agent, team);
    expect(await teams()).toEqual([[kept]]);
    await store().joinTeam(agent, team);
    await store().removeTeam(state.tenantId, team);
    expect(await teams()).toEqual([[kept]]);
    await expect(store().joinTeam(agent, team)).rejects.toMatchObject({ ...NOT_FOUND, detail: { field: 'teamId' } });
    await expect(store().removeTeam(state.tenantId, team)).rejects.toMatchObject(NOT_FOUND);
  });

  it('keeps the members of a team of the same name in another tenant', async () => {
    const [teamId, agentId] = [randomTeamId(), randomAgentId()];
    for (const tenantId of [state.tenantId, state.other]) {
      await store().createTeam({ tenantId, teamId, createdAt: AT });
      await store().createAgent({ tenantId, agentId, teamIds: [teamId] });
    }
    await store().removeTeam(state.tenantId, teamId);
    expect(await store().listAgents(state.other, ALL)).toMatchObject([{ teamIds: [teamId] }]);
  });
}

function agentsContract(stores: () => OrganisationStores, state: State): void {
  const store = () => stores().organisation;

  it('is made with a department and teams that there are, and with no others', async () => {
    const { tenantId, other } = state;
    const [departmentId, teamId, agentId] = [randomDepartmentId(), randomTeamId(), randomAgentId()];
    await store().createDepartment({ tenantId: other, departmentId, createdAt: AT });
    await store().createTeam({ tenantId: other, teamId, createdAt: AT });
    const create = (given: object) => store().createAgent({ tenantId, agentId, teamIds: [], ...given });
    await expect(create({ departmentId })).rejects.toMatchObject({ ...NOT_FOUND, detail: { field: 'departmentId' } });
    await expect(create({ teamIds: [teamId] })).rejects.toMatchObject({ detail: { field: 'teamIds[0]' } });
    await store().createDepartment({ tenantId, departmentId, createdAt: AT });
    await store().createTeam({ tenantId, teamId, createdAt: AT });
    const agent = { tenantId, agentId, departmentId, teamIds: [teamId] };
    await create(agent);
    expect(await stores().controlStore.findAgent(tenantId, agentId)).toEqual(agent);
    await expect(create({})).rejects.toMatchObject({ code: 'conflict', detail: { field: 'agentId' } });
    expect(await store().listAgents(tenantId, ALL)).toEqual([agent]);
  });

  it('moves within its tenant only', async () => {
    const { tenantId, other } = state;
    const agent = { tenantId, agentId: randomAgentId() };
    const [here, there] = [randomDepartmentId(), randomDepartmentId()];
    await store().createAgent({ ...agent, teamIds: [] });
    await store().createDepartment({ tenantId, departmentId: here, createdAt: AT });
    await store().createDepartment({ tenantId: other, departmentId: there, createdAt: AT });
    await store().moveAgent(agent, here);
    await expect(store().moveAgent(agent, there)).rejects.toMatchObject({ detail: { field: 'departmentId' } });
    await expect(store().moveAgent({ ...agent, tenantId: other }, there)).rejects.toMatchObject(NOT_FOUND);
    expect(await store().listAgents(tenantId, ALL)).toEqual([{ ...agent, departmentId: here, teamIds: [] }]);
  });

  it('takes its keys with it, and only its own', async () => {
    const { tenantId } = state;
    const [agentId, neighbour] = [randomAgentId(), randomAgentId()];
    const keys = [agentId, neighbour].map((owner) => anApiKey({ tenantId, agentId: owner }));
    for (const { agentId: owner } of keys)
      await store().createAgent({ tenantId, agentId: owner as AgentId, teamIds: [] });
    for (const key of keys) await stores().controlStore.createApiKey(key);
    await store().removeAgent({ tenantId, agentId }, LATER);
    const revoked = await Promise.all(keys.map(({ keyId }) => stores().controlStore.findApiKey(keyId)));
    expect(revoked.map((key) => key?.revokedAt)).toEqual([LATER, undefined]);
    await expect(store().removeAgent({ tenantId, agentId }, LATER)).rejects.toMatchObject(NOT_FOUND);
  });

  it('registers what an agent that is put names', async () => {
    const { tenantId } = state;
    const [departmentId, teamId] = [randomDepartmentId(), randomTeamId()];
    await stores().controlStore.putAgent({ tenantId, agentId: randomAgentId(), departmentId, teamIds: [teamId] });
    expect(await store().listDepartments(tenantId, ALL)).toMatchObject([{ departmentId }]);
    expect(await store().listTeams(tenantId, ALL)).toMatchObject([{ teamId }]);
  });
}

function limitsContract(stores: () => OrganisationStores, state: State): void {
  const fill = async (count: number, make: (n: number) => Promise<void>) => {
    for (let n = 0; n < count; n += 1) await make(n);
  };
  const over = (limit: keyof OrganisationLimits) => ({
    code: 'limit-exceeded',
    detail: { limit: `${limit}=${stores().limits[limit]}` },
  });

  it('are told by name, and are those of one tenant', async () => {
    const { tenantId, other } = state;
    const { organisation, limits } = stores();
    const department = (n: number, of = tenantId) =>
      organisation.createDepartment({ tenantId: of, departmentId: `d${n}` as DepartmentId, createdAt: AT });
    const team = (n: number) => organisation.createTeam({ tenantId, teamId: `t${n}` as TeamId, createdAt: AT });
    const agent = (n: number) => organisation.createAgent({ tenantId, agentId: `a${n}` as AgentId, teamIds: [] });
    const grant = (n: number) =>
      organisation.createGrant({
        tenantId,
        reader: 'd0' as DepartmentId,
        owner: `d${n + 1}` as DepartmentId,
        createdAt: AT,
      });
    const join = (n: number) => organisation.joinTeam({ tenantId, agentId: 'a0' as AgentId }, `t${n}` as TeamId);
    const cases = [
      ['departmentsMax', department],
      ['teamsMax', team],
      ['agentsMax', agent],
      ['grantsOfDepartmentMax', grant],
      ['teamsOfAgentMax', join],
    ] as const;
    for (const [limit, make] of cases) {
      await fill(limits[limit], (n) => make(n));
      await expect(make(limits[limit])).rejects.toMatchObject(over(limit));
    }
    await department(0, other);
  });
}
