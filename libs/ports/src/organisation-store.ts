import type { AgentId, DepartmentId, TeamId, TenantId } from '@mneme/events';
import type { Agent } from './control-store.js';

/** Names and times of what a tenant is divided into. */
export interface Department {
  readonly tenantId: TenantId;
  readonly departmentId: DepartmentId;
  readonly createdAt: string;
}

export interface Team {
  readonly tenantId: TenantId;
  readonly teamId: TeamId;
  readonly createdAt: string;
}

/** Agents of `reader` may read what agents of `owner` left behind their department's wall; not the other way round. */
export interface DepartmentGrant {
  readonly tenantId: TenantId;
  readonly reader: DepartmentId;
  readonly owner: DepartmentId;
  readonly createdAt: string;
}

/** Some of a list that is ordered by id: at most `limit`, after `after`. */
export interface IdPage {
  readonly after?: string;
  readonly limit: number;
}

/** One agent of one tenant. */
export interface AgentRef {
  readonly tenantId: TenantId;
  readonly agentId: AgentId;
}

/** How many there may be; one more is `LimitExceeded` under the name of the field. */
export interface OrganisationLimits {
  readonly departmentsMax: number;
  readonly teamsMax: number;
  readonly agentsMax: number;
  readonly teamsOfAgentMax: number;
  /** Departments that one department may be granted. */
  readonly grantsOfDepartmentMax: number;
}

/**
 * Departments, teams, agents and grants of each tenant. Every change is durable when it resolves, whole or not at all,
 * and is seen by the next read. Nothing here names two tenants: a row of one cannot point to another's.
 */
export interface OrganisationStore {
  /** @throws Conflict when it exists; NotFound when the tenant does not; LimitExceeded. */
  createDepartment(department: Department): Promise<void>;
  listDepartments(tenantId: TenantId, page: IdPage): Promise<readonly Department[]>;
  /** With the grants to it and of it. @throws NotFound; Conflict while agents belong to it. */
  removeDepartment(tenantId: TenantId, departmentId: DepartmentId): Promise<void>;

  hasDepartment(tenantId: TenantId, departmentId: DepartmentId): Promise<boolean>;

  /** @throws Conflict when it exists; NotFound when the tenant does not; LimitExceeded. */
  createTeam(team: Team): Promise<void>;
  listTeams(tenantId: TenantId, page: IdPage): Promise<readonly Team[]>;
  /** Its members leave it. @throws NotFound. */
  removeTeam(tenantId: TenantId, teamId: TeamId): Promise<void>;
  hasTeam(tenantId: TenantId, teamId: TeamId): Promise<boolean>;

  /** @throws Conflict when it exists; NotFound for its tenant, department or a team; LimitExceeded. */
  createAgent(agent: Agent): Promise<void>;
  listAgents(tenantId: TenantId, page: IdPage): Promise<readonly Agent[]>;
  /** Undefined: to no department. What the agent wrote stays where it was written. @throws NotFound for either. */
  moveAgent(agent: AgentRef, departmentId: DepartmentId | undefined): Promise<void>;
  /** Idempotent. @throws NotFound for either; LimitExceeded. */
  joinTeam(agent: AgentRef, teamId: TeamId): Promise<void>;
  /** Idempotent. @throws NotFound for the agent. */
  leaveTeam(agent: AgentRef, teamId: TeamId): Promise<void>;
  /** Revokes its API keys with it, so that they do not come back with a new agent of that name. @throws NotFound. */
  removeAgent(agent: AgentRef, revokedAt: string): Promise<void>;

  /** Idempotent: the first instant stays. @throws NotFound for either department; LimitExceeded. */
  createGrant(grant: DepartmentGrant): Promise<void>;
  /** By reader, then owner: at most as many as the limits allow. */
  listGrants(tenantId: TenantId): Promise<readonly DepartmentGrant[]>;
  /** @throws NotFound. */
  removeGrant(grant: Omit<DepartmentGrant, 'createdAt'>): Promise<void>;
  /** Departments whose records the reader may read beside its own, by id; asked at every request. */
  grantedTo(tenantId: TenantId, reader: DepartmentId): Promise<readonly DepartmentId[]>;
}
