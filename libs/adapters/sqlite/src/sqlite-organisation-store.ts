import type { DepartmentId, TeamId, TenantId } from '@mneme/events';
import { Conflict, LimitExceeded, NotFound } from '@mneme/domain';
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
import { type Database, guard, inTransaction } from './database.js';
import { Statements } from './statements.js';

const DEFAULT_ORGANISATION_LIMITS: OrganisationLimits = {
  departmentsMax: 1_000,
  teamsMax: 10_000,
  agentsMax: 100_000,
  teamsOfAgentMax: 64,
  grantsOfDepartmentMax: 256,
};

/** Departments, teams, agents and grants in keys.db. */
export class SqliteOrganisationStore implements OrganisationStore {
  private readonly statements: Statements<keyof typeof SQL>;

  constructor(
    private readonly db: Database,
    private readonly limits: OrganisationLimits = DEFAULT_ORGANISATION_LIMITS,
  ) {
    this.statements = new Statements(db, SQL);
  }

  async createDepartment({ tenantId, departmentId, createdAt }: Department): Promise<void> {
    this.change(() => {
      this.requireTenant(tenantId);
      if (this.has('hasDepartment', tenantId, departmentId)) throw exists('department', 'departmentId');
      this.requireRoom('departmentsMax', 'countDepartments', tenantId);
      this.run('createDepartment', tenantId, departmentId, createdAt);
    });
  }

  async listDepartments(tenantId: TenantId, { after = '', limit }: IdPage): Promise<readonly Department[]> {
    return this.all<Department>('listDepartments', tenantId, after, limit);
  }

  async removeDepartment(tenantId: TenantId, departmentId: DepartmentId): Promise<void> {
    this.change(() => {
      const agents = this.count('countAgentsIn', tenantId, departmentId);
      if (agents > 0) {
        const detail = { field: 'departmentId', sent: `${agents} agents` };
        throw new Conflict('agents belong to this department: move or remove them first', detail);
      }
      this.run('dropGrants', tenantId, departmentId, departmentId);
      if (this.run('removeDepartment', tenantId, departmentId) === 0) throw missing('department', 'departmentId');
    });
  }

  async hasDepartment(tenantId: TenantId, departmentId: DepartmentId): Promise<boolean> {
    return guard(() => this.has('hasDepartment', tenantId, departmentId));
  }

  async createTeam({ tenantId, teamId, createdAt }: Team): Promise<void> {
    this.change(() => {
      this.requireTenant(tenantId);
      if (this.has('hasTeam', tenantId, teamId)) throw exists('team', 'teamId');
      this.requireRoom('teamsMax', 'countTeams', tenantId);
      this.run('createTeam', tenantId, teamId, createdAt);
    });
  }

  async listTeams(tenantId: TenantId, { after = '', limit }: IdPage): Promise<readonly Team[]> {
    return this.all<Team>('listTeams', tenantId, after, limit);
  }

  async removeTeam(tenantId: TenantId, teamId: TeamId): Promise<void> {
    this.change(() => {
      if (this.run('removeTeam', tenantId, teamId) === 0) throw missing('team', 'teamId');
      this.run('leaveAll', teamId, tenantId, teamId);
    });
  }

  async hasTeam(tenantId: TenantId, teamId: TeamId): Promise<boolean> {
    return guard(() => this.has('hasTeam', tenantId, teamId));
  }

  async createAgent({ tenantId, agentId, departmentId, teamIds }: Agent): Promise<void> {
    this.change(() => {
      this.requireTenant(tenantId);
      if (this.has('findAgent', tenantId, agentId)) throw exists('agent', 'agentId');
      if (departmentId !== undefined) this.requireDepartment(tenantId, departmentId, 'departmentId');
      teamIds.forEach((teamId, i) => this.requireTeam(tenantId, teamId, `teamIds[${i}]`));
      this.requireTeams(teamIds);
      this.requireRoom('agentsMax', 'countAgents', tenantId);
      this.run('createAgent', tenantId, agentId, departmentId ?? null, JSON.stringify(teamIds));
    });
  }

  async listAgents(tenantId: TenantId, { after = '', limit }: IdPage): Promise<readonly Agent[]> {
    return this.all<AgentRow>('listAgents', tenantId, after, limit).map(agentOf);
  }

  async moveAgent({ tenantId, agentId }: AgentRef, departmentId: DepartmentId | undefined): Promise<void> {
    this.change(() => {
      if (departmentId !== undefined) this.requireDepartment(tenantId, departmentId, 'departmentId');
      const moved = this.run('moveAgent', departmentId ?? null, tenantId, agentId);
      if (moved === 0) throw missing('agent', 'agentId');
    });
  }

  async joinTeam(agent: AgentRef, teamId: TeamId): Promise<void> {
    this.change(() => {
      const teamIds = this.teamsOf(agent);
      this.requireTeam(agent.tenantId, teamId, 'teamId');
      if (teamIds.includes(teamId)) return;
      this.requireTeams([...teamIds, teamId]);
      this.run('setTeams', JSON.stringify([...teamIds, teamId]), agent.tenantId, agent.agentId);
    });
  }

  async leaveTeam(agent: AgentRef, teamId: TeamId): Promise<void> {
    this.change(() => {
      const left = this.teamsOf(agent).filter((one) => one !== teamId);
      this.run('setTeams', JSON.stringify(left), agent.tenantId, agent.agentId);
    });
  }

  async removeAgent({ tenantId, agentId }: AgentRef, revokedAt: string): Promise<void> {
    this.change(() => {
      if (this.run('removeAgent', tenantId, agentId) === 0) throw missing('agent', 'agentId');
      this.run('revokeKeysOf', revokedAt, tenantId, agentId);
    });
  }

  async createGrant({ tenantId, reader, owner, createdAt }: DepartmentGrant): Promise<void> {
    this.change(() => {
      this.requireDepartment(tenantId, reader, 'reader');
      this.requireDepartment(tenantId, owner, 'owner');
      if (this.has('hasGrant', tenantId, reader, owner)) return;
      this.requireRoom('grantsOfDepartmentMax', 'countGrants', tenantId, reader);
      this.run('createGrant', tenantId, reader, owner, createdAt);
    });
  }

  async listGrants(tenantId: TenantId): Promise<readonly DepartmentGrant[]> {
    const { departmentsMax, grantsOfDepartmentMax } = this.limits;
    return this.all<DepartmentGrant>('listGrants', tenantId, departmentsMax * grantsOfDepartmentMax);
  }

  async removeGrant({ tenantId, reader, owner }: Omit<DepartmentGrant, 'createdAt'>): Promise<void> {
    this.change(() => {
      if (this.run('removeGrant', tenantId, reader, owner) > 0) return;
      throw new NotFound('there is no such grant', { field: 'owner' });
    });
  }

  async grantedTo(tenantId: TenantId, reader: DepartmentId): Promise<readonly DepartmentId[]> {
    return this.all<{ readonly owner: DepartmentId }>('grantedTo', tenantId, reader).map(({ owner }) => owner);
  }

  private change(work: () => void): void {
    inTransaction(this.db, work);
  }

  private run(name: keyof typeof SQL, ...values: readonly (string | number | null)[]): number {
    return Number(this.statements.of(name).run(...values).changes);
  }

  private all<Row>(name: keyof typeof SQL, ...values: readonly (string | number)[]): readonly Row[] {
    // The engine's rows have no prototype; callers get plain objects.
    return guard(() => this.statements.of(name).all(...values) as readonly Row[]).map((row) => ({ ...row }));
  }

  private has(name: keyof typeof SQL, ...values: readonly string[]): boolean {
    return this.statements.of(name).get(...values) !== undefined;
  }

  private count(name: keyof typeof SQL, ...values: readonly string[]): number {
    return (this.statements.of(name).get(...values) as { readonly n: number }).n;
  }

  private teamsOf({ tenantId, agentId }: AgentRef): readonly TeamId[] {
    const row = this.statements.of('findAgent').get(tenantId, agentId) as AgentRow | undefined;
    if (row === undefined) throw missing('agent', 'agentId');
    return agentOf(row).teamIds;
  }

  private requireTenant(tenantId: TenantId): void {
    if (!this.has('hasTenant', tenantId)) throw missing('tenant', 'tenantId');
  }

  private requireDepartment(tenantId: TenantId, departmentId: DepartmentId, field: string): void {
    if (!this.has('hasDepartment', tenantId, departmentId)) throw missing('department', field);
  }

  private requireTeam(tenantId: TenantId, teamId: TeamId, field: string): void {
    if (!this.has('hasTeam', tenantId, teamId)) throw missing('team', field);
  }

  private requireTeams(teamIds: readonly TeamId[]): void {
    refuseOver(this.limits, 'teamsOfAgentMax', teamIds.length);
  }

  private requireRoom(limit: keyof OrganisationLimits, count: keyof typeof SQL, ...of: readonly string[]): void {
    refuseOver(this.limits, limit, this.count(count, ...of) + 1);
  }
}

function refuseOver(limits: OrganisationLimits, name: keyof OrganisationLimits, wanted: number): void {
  if (wanted <= limits[name]) return;
  throw new LimitExceeded('more than the limit', { limit: `${name}=${limits[name]}`, sent: String(wanted) });
}

function exists(what: string, field: string): Conflict {
  return new Conflict(`the ${what} exists already`, { field });
}

function missing(what: string, field: string): NotFound {
  return new NotFound(`this tenant has no such ${what}`, { field });
}

const AGENT_FIELDS = 'tenant_id AS tenantId, agent_id AS agentId, department_id AS departmentId, team_ids AS teamIds';

const SQL = {
  hasTenant: 'SELECT 1 FROM tenants WHERE tenant_id = ?',
  hasDepartment: 'SELECT 1 FROM departments WHERE tenant_id = ? AND department_id = ?',
  countDepartments: 'SELECT count(*) AS n FROM departments WHERE tenant_id = ?',
  createDepartment: 'INSERT INTO departments (tenant_id, department_id, created_at) VALUES (?, ?, ?)',
  listDepartments: `SELECT tenant_id AS tenantId, department_id AS departmentId, created_at AS createdAt
    FROM departments WHERE tenant_id = ? AND department_id > ? ORDER BY department_id LIMIT ?`,
  removeDepartment: 'DELETE FROM departments WHERE tenant_id = ? AND department_id = ?',
  hasTeam: 'SELECT 1 FROM teams WHERE tenant_id = ? AND team_id = ?',
  countTeams: 'SELECT count(*) AS n FROM teams WHERE tenant_id = ?',
  createTeam: 'INSERT INTO teams (tenant_id, team_id, created_at) VALUES (?, ?, ?)',
  listTeams: `SELECT tenant_id AS tenantId, team_id AS teamId, created_at AS createdAt
    FROM teams WHERE tenant_id = ? AND team_id > ? ORDER BY team_id LIMIT ?`,
  removeTeam: 'DELETE FROM teams WHERE tenant_id = ? AND team_id = ?',
  leaveAll: `UPDATE agents SET team_ids = (SELECT json_group_array(value) FROM json_each(team_ids) WHERE value <> ?)
    WHERE tenant_id = ? AND EXISTS (SELECT 1 FROM json_each(team_ids) WHERE value = ?)`,
  findAgent: `SELECT ${AGENT_FIELDS} FROM agents WHERE tenant_id = ? AND agent_id = ?`,
  countAgents: 'SELECT count(*) AS n FROM agents WHERE tenant_id = ?',
  countAgentsIn: 'SELECT count(*) AS n FROM agents WHERE tenant_id = ? AND department_id = ?',
  createAgent: 'INSERT INTO agents (tenant_id, agent_id, department_id, team_ids) VALUES (?, ?, ?, ?)',
  listAgents: `SELECT ${AGENT_FIELDS} FROM agents WHERE tenant_id = ? AND agent_id > ? ORDER BY agent_id LIMIT ?`,
  moveAgent: 'UPDATE agents SET department_id = ? WHERE tenant_id = ? AND agent_id = ?',
  setTeams: 'UPDATE agents SET team_ids = ? WHERE tenant_id = ? AND agent_id = ?',
  removeAgent: 'DELETE FROM agents WHERE tenant_id = ? AND agent_id = ?',
  revokeKeysOf: 'UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE tenant_id = ? AND agent_id = ?',
  hasGrant: 'SELECT 1 FROM department_grants WHERE tenant_id = ? AND reader = ? AND owner = ?',
  countGrants: 'SELECT count(*) AS n FROM department_grants WHERE tenant_id = ? AND reader = ?',
  createGrant: 'INSERT INTO department_grants (tenant_id, reader, owner, created_at) VALUES (?, ?, ?, ?)',
  listGrants: `SELECT tenant_id AS tenantId, reader, owner, created_at AS createdAt
    FROM department_grants WHERE tenant_id = ? ORDER BY reader, owner LIMIT ?`,
  removeGrant: 'DELETE FROM department_grants WHERE tenant_id = ? AND reader = ? AND owner = ?',
  dropGrants: 'DELETE FROM department_grants WHERE tenant_id = ? AND (reader = ? OR owner = ?)',
  grantedTo: 'SELECT owner FROM department_grants WHERE tenant_id = ? AND reader = ? ORDER BY owner',
} as const;
