import type { DepartmentId, TeamId, TenantId } from '@mneme/events';
import { Conflict, NotFound } from '@mneme/domain';
import type {
  Agent,
  AgentRef,
  Department,
  DepartmentGrant,
  IdPage,
  OrganisationLimits,
  OrganisationStore,
  Team,
} from '@mneme/ports';
import { type AgentRow, agentOf } from './control-rows.js';
import type { Database } from './database.js';
import { OrganisationChange } from './organisation-change.js';
import { ORGANISATION_SQL as SQL } from './organisation-sql.js';
import { changeTenant } from './tenant-lock.js';

export const DEFAULT_ORGANISATION_LIMITS: OrganisationLimits = {
  departmentsMax: 1_000,
  teamsMax: 10_000,
  agentsMax: 100_000,
  teamsOfAgentMax: 64,
  grantsOfDepartmentMax: 256,
};

/** Departments, teams, agents and grants. Changes of one tenant go one after another, whichever process makes them. */
export class PostgresOrganisationStore implements OrganisationStore {
  constructor(
    private readonly database: Database,
    private readonly limits: OrganisationLimits = DEFAULT_ORGANISATION_LIMITS,
  ) {}

  createDepartment({ tenantId, departmentId, createdAt }: Department): Promise<void> {
    return this.change(tenantId, async (change) => {
      change.requireTenant();
      if (await change.has(SQL.hasDepartment, departmentId)) throw exists('department', 'departmentId');
      await change.requireRoom('departmentsMax', SQL.countDepartments);
      await change.run(SQL.createDepartment, departmentId, createdAt);
    });
  }

  async listDepartments(tenantId: TenantId, { after = '', limit }: IdPage): Promise<readonly Department[]> {
    return this.database.all<Department>(SQL.listDepartments, tenantId, after, limit);
  }

  removeDepartment(tenantId: TenantId, departmentId: DepartmentId): Promise<void> {
    return this.change(tenantId, async (change) => {
      const agents = await change.count(SQL.countAgentsIn, departmentId);
      if (agents > 0) {
        const detail = { field: 'departmentId', sent: `${agents} agents` };
        throw new Conflict('agents belong to this department: move or remove them first', detail);
      }
      if ((await change.run(SQL.removeDepartment, departmentId)) === 0) throw missing('department', 'departmentId');
    });
  }

  async hasDepartment(tenantId: TenantId, departmentId: DepartmentId): Promise<boolean> {
    return (await this.database.get(SQL.hasDepartment, tenantId, departmentId)) !== undefined;
  }

  createTeam({ tenantId, teamId, createdAt }: Team): Promise<void> {
    return this.change(tenantId, async (change) => {
      change.requireTenant();
      if (await change.has(SQL.hasTeam, teamId)) throw exists('team', 'teamId');
      await change.requireRoom('teamsMax', SQL.countTeams);
      await change.run(SQL.createTeam, teamId, createdAt);
    });
  }

  async listTeams(tenantId: TenantId, { after = '', limit }: IdPage): Promise<readonly Team[]> {
    return this.database.all<Team>(SQL.listTeams, tenantId, after, limit);
  }

  removeTeam(tenantId: TenantId, teamId: TeamId): Promise<void> {
    return this.change(tenantId, async (change) => {
      if ((await change.run(SQL.removeTeam, teamId)) === 0) throw missing('team', 'teamId');
      await change.run(SQL.leaveAll, teamId);
    });
  }

  async hasTeam(tenantId: TenantId, teamId: TeamId): Promise<boolean> {
    return (await this.database.get(SQL.hasTeam, tenantId, teamId)) !== undefined;
  }

  createAgent({ tenantId, agentId, departmentId, teamIds }: Agent): Promise<void> {
    return this.change(tenantId, async (change) => {
      change.requireTenant();
      if (await change.has(SQL.findAgent, agentId)) throw exists('agent', 'agentId');
      if (departmentId !== undefined) await this.requireDepartment(change, departmentId, 'departmentId');
      for (const [i, teamId] of teamIds.entries()) await this.requireTeam(change, teamId, `teamIds[${i}]`);
      change.requireWithin('teamsOfAgentMax', teamIds.length);
      await change.requireRoom('agentsMax', SQL.countAgents);
      await change.run(SQL.createAgent, agentId, departmentId ?? null, teamIds);
    });
  }

  async listAgents(tenantId: TenantId, { after = '', limit }: IdPage): Promise<readonly Agent[]> {
    return (await this.database.all<AgentRow>(SQL.listAgents, tenantId, after, limit)).map(agentOf);
  }

  moveAgent({ tenantId, agentId }: AgentRef, departmentId: DepartmentId | undefined): Promise<void> {
    return this.change(tenantId, async (change) => {
      if (departmentId !== undefined) await this.requireDepartment(change, departmentId, 'departmentId');
      const moved = await change.run(SQL.moveAgent, agentId, departmentId ?? null);
      if (moved === 0) throw missing('agent', 'agentId');
    });
  }

  joinTeam({ tenantId, agentId }: AgentRef, teamId: TeamId): Promise<void> {
    return this.change(tenantId, async (change) => {
      const agent = await change.get<AgentRow>(SQL.findAgent, agentId);
      if (agent === undefined) throw missing('agent', 'agentId');
      await this.requireTeam(change, teamId, 'teamId');
      if (agent.teamIds.includes(teamId)) return;
      change.requireWithin('teamsOfAgentMax', agent.teamIds.length + 1);
      await change.run(SQL.joinTeam, agentId, teamId);
    });
  }

  leaveTeam({ tenantId, agentId }: AgentRef, teamId: TeamId): Promise<void> {
    return this.change(tenantId, async (change) => {
      if ((await change.run(SQL.leaveTeam, agentId, teamId)) === 0) throw missing('agent', 'agentId');
    });
  }

  removeAgent({ tenantId, agentId }: AgentRef, revokedAt: string): Promise<void> {
    return this.change(tenantId, async (change) => {
      if ((await change.run(SQL.removeAgent, agentId)) === 0) throw missing('agent', 'agentId');
      await change.run(SQL.revokeKeysOf, agentId, revokedAt);
    });
  }

  createGrant({ tenantId, reader, owner, createdAt }: DepartmentGrant): Promise<void> {
    return this.change(tenantId, async (change) => {
      await this.requireDepartment(change, reader, 'reader');
      await this.requireDepartment(change, owner, 'owner');
      if (await change.has(SQL.hasGrant, reader, owner)) return;
      await change.requireRoom('grantsOfDepartmentMax', SQL.countGrants, reader);
      await change.run(SQL.createGrant, reader, owner, createdAt);
    });
  }

  async listGrants(tenantId: TenantId): Promise<readonly DepartmentGrant[]> {
    const { departmentsMax, grantsOfDepartmentMax } = this.limits;
    return this.database.all<DepartmentGrant>(SQL.listGrants, tenantId, departmentsMax * grantsOfDepartmentMax);
  }

  removeGrant({ tenantId, reader, owner }: Omit<DepartmentGrant, 'createdAt'>): Promise<void> {
    return this.change(tenantId, async (change) => {
      if ((await change.run(SQL.removeGrant, reader, owner)) > 0) return;
      throw new NotFound('there is no such grant', { field: 'owner' });
    });
  }

  async grantedTo(tenantId: TenantId, reader: DepartmentId): Promise<readonly DepartmentId[]> {
    const rows = await this.database.all<{ readonly owner: DepartmentId }>(SQL.grantedTo, tenantId, reader);
    return rows.map(({ owner }) => owner);
  }

  private change(tenantId: TenantId, work: (change: OrganisationChange) => Promise<void>): Promise<void> {
    return changeTenant(this.database, tenantId, (queries, isThere) =>
      work(new OrganisationChange(queries, { tenantId, isThere, limits: this.limits })),
    );
  }

  private async requireDepartment(
    change: OrganisationChange,
    departmentId: DepartmentId,
    field: string,
  ): Promise<void> {
    if (!(await change.has(SQL.hasDepartment, departmentId))) throw missing('department', field);
  }

  private async requireTeam(change: OrganisationChange, teamId: TeamId, field: string): Promise<void> {
    if (!(await change.has(SQL.hasTeam, teamId))) throw missing('team', field);
  }
}

function exists(what: string, field: string): Conflict {
  return new Conflict(`the ${what} exists already`, { field });
}

function missing(what: string, field: string): NotFound {
  return new NotFound(`this tenant has no such ${what}`, { field });
}
