import type { DepartmentId, TenantId } from '@mneme/events';
import { Forbidden, InvalidInput, LimitExceeded } from '@mneme/domain';
import type {
  Agent,
  AgentRef,
  Clock,
  ControlStore,
  Department,
  DepartmentGrant,
  OrganisationStore,
  Team,
} from '@mneme/ports';
import { readAgent, readDepartment, readTeam } from './names.js';

const PER_PAGE = 200;
const TEAMS_SENT_MAX = 64;

export interface OrganisationPorts {
  readonly organisationStore: OrganisationStore;
  readonly controlStore: Pick<ControlStore, 'findAgent'>;
  readonly clock: Clock;
}

export interface RequestedAgent {
  readonly agentId: string;
  readonly departmentId?: string | undefined;
  readonly teamIds: readonly string[];
}

export interface RequestedGrant {
  readonly reader: string;
  readonly owner: string;
}

/** Some of a list, and where the next page begins. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | undefined;
}

/** Administers what a tenant is divided into: departments, teams, agents, and grants between departments. */
export class Organisation {
  constructor(private readonly ports: OrganisationPorts) {}

  async createDepartment(tenantId: TenantId, requestedId: string): Promise<Department> {
    const department = { tenantId, departmentId: readDepartment(requestedId), createdAt: this.now() };
    await this.ports.organisationStore.createDepartment(department);
    return department;
  }

  async departments(tenantId: TenantId, cursor: string | undefined): Promise<Listed<Department>> {
    const page = pageAfter(cursor);
    const items = await this.ports.organisationStore.listDepartments(tenantId, page);
    return listed(items, ({ departmentId }) => departmentId);
  }

  removeDepartment(tenantId: TenantId, requestedId: string): Promise<void> {
    return this.ports.organisationStore.removeDepartment(tenantId, readDepartment(requestedId));
  }

  async createTeam(tenantId: TenantId, requestedId: string): Promise<Team> {
    const team = { tenantId, teamId: readTeam(requestedId), createdAt: this.now() };
    await this.ports.organisationStore.createTeam(team);
    return team;
  }

  async teams(tenantId: TenantId, cursor: string | undefined): Promise<Listed<Team>> {
    const items = await this.ports.organisationStore.listTeams(tenantId, pageAfter(cursor));
    return listed(items, ({ teamId }) => teamId);
  }

  removeTeam(tenantId: TenantId, requestedId: string): Promise<void> {
    return this.ports.organisationStore.removeTeam(tenantId, readTeam(requestedId));
  }

  async createAgent(tenantId: TenantId, request: RequestedAgent): Promise<Agent> {
    const { departmentId } = request;
    const agent: Agent = {
      tenantId,
      agentId: readAgent(request.agentId),
      ...(departmentId === undefined ? {} : { departmentId: readDepartment(departmentId) }),
      teamIds: readTeams(request.teamIds),
    };
    await this.ports.organisationStore.createAgent(agent);
    return agent;
  }

  async agents(tenantId: TenantId, cursor: string | undefined): Promise<Listed<Agent>> {
    const items = await this.ports.organisationStore.listAgents(tenantId, pageAfter(cursor));
    return listed(items, ({ agentId }) => agentId);
  }

  async moveAgent(tenantId: TenantId, agentId: string, departmentId: string | undefined): Promise<Agent> {
    const agent = { tenantId, agentId: readAgent(agentId) };
    const to = departmentId === undefined ? undefined : readDepartment(departmentId);
    await this.ports.organisationStore.moveAgent(agent, to);
    return this.agent(agent);
  }

  async joinTeam(tenantId: TenantId, agentId: string, teamId: string): Promise<Agent> {
    const agent = { tenantId, agentId: readAgent(agentId) };
    await this.ports.organisationStore.joinTeam(agent, readTeam(teamId));
    return this.agent(agent);
  }

  async leaveTeam(tenantId: TenantId, agentId: string, teamId: string): Promise<Agent> {
    const agent = { tenantId, agentId: readAgent(agentId) };
    await this.ports.organisationStore.leaveTeam(agent, readTeam(teamId));
    return this.agent(agent);
  }

  removeAgent(tenantId: TenantId, agentId: string): Promise<void> {
    return this.ports.organisationStore.removeAgent({ tenantId, agentId: readAgent(agentId) }, this.now());
  }

  /** @throws Forbidden when one side names another tenant; InvalidInput, NotFound, LimitExceeded. */
  async createGrant(tenantId: TenantId, request: RequestedGrant): Promise<DepartmentGrant> {
    const grant = { ...readGrant(tenantId, request), createdAt: this.now() };
    await this.ports.organisationStore.createGrant(grant);
    return grant;
  }

  grants(tenantId: TenantId): Promise<readonly DepartmentGrant[]> {
    return this.ports.organisationStore.listGrants(tenantId);
  }

  async removeGrant(tenantId: TenantId, request: RequestedGrant): Promise<void> {
    return this.ports.organisationStore.removeGrant(readGrant(tenantId, request));
  }

  private async agent({ tenantId, agentId }: AgentRef): Promise<Agent> {
    return (await this.ports.controlStore.findAgent(tenantId, agentId)) ?? { tenantId, agentId, teamIds: [] };
  }

  private now(): string {
    return new Date(this.ports.clock.nowMs()).toISOString();
  }
}

function readGrant(tenantId: TenantId, { reader, owner }: RequestedGrant): Omit<DepartmentGrant, 'createdAt'> {
  const grant = {
    tenantId,
    reader: departmentWithin(tenantId, reader, 'reader'),
    owner: departmentWithin(tenantId, owner, 'owner'),
  };
  if (grant.reader !== grant.owner) return grant;
  throw new InvalidInput('a department reads its own records without a grant', { field: 'owner' });
}

/** A department may be written with its tenant, `acme/sales`; another tenant's is refused, whether it exists or not. */
function departmentWithin(tenantId: TenantId, name: string, field: string): DepartmentId {
  const slash = name.indexOf('/');
  if (slash < 0 || name.slice(0, slash) === tenantId) return readDepartment(name.slice(slash + 1), field);
  const detail = { field, limit: `tenantId=${tenantId}` };
  throw new Forbidden('a grant never crosses tenants: both departments are of one tenant', detail);
}

function readTeams(teams: readonly string[]): Agent['teamIds'] {
  if (teams.length > TEAMS_SENT_MAX) {
    const detail = { field: 'teamIds', limit: `teamsOfAgentMax=${TEAMS_SENT_MAX}`, sent: String(teams.length) };
    throw new LimitExceeded('more teams than the limit', detail);
  }
  return [...new Set(teams.map((team, i) => readTeam(team, `teamIds[${i}]`)))];
}

function pageAfter(cursor: string | undefined) {
  return { limit: PER_PAGE, ...(cursor === undefined ? {} : { after: readAgent(cursor, 'cursor') }) };
}

function listed<T>(items: readonly T[], idOf: (item: T) => string): Listed<T> {
  const last = items.at(-1);
  return { items, nextCursor: items.length < PER_PAGE || last === undefined ? undefined : idOf(last) };
}
