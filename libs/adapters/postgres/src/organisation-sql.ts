import { statementsOf } from './statements.js';

const AGENT_FIELDS =
  'tenant_id AS "tenantId", agent_id AS "agentId", department_id AS "departmentId", team_ids AS "teamIds"';

/** All of them take the tenant first. */
export const ORGANISATION_SQL = statementsOf('organisation', {
  hasDepartment: 'SELECT 1 FROM departments WHERE tenant_id = $1 AND department_id = $2',
  countDepartments: 'SELECT count(*) AS n FROM departments WHERE tenant_id = $1',
  createDepartment: 'INSERT INTO departments (tenant_id, department_id, created_at) VALUES ($1, $2, $3)',
  listDepartments: `SELECT tenant_id AS "tenantId", department_id AS "departmentId", created_at AS "createdAt"
    FROM departments WHERE tenant_id = $1 AND department_id > $2 ORDER BY department_id LIMIT $3`,
  removeDepartment: 'DELETE FROM departments WHERE tenant_id = $1 AND department_id = $2',
  hasTeam: 'SELECT 1 FROM teams WHERE tenant_id = $1 AND team_id = $2',
  countTeams: 'SELECT count(*) AS n FROM teams WHERE tenant_id = $1',
  createTeam: 'INSERT INTO teams (tenant_id, team_id, created_at) VALUES ($1, $2, $3)',
  listTeams: `SELECT tenant_id AS "tenantId", team_id AS "teamId", created_at AS "createdAt"
    FROM teams WHERE tenant_id = $1 AND team_id > $2 ORDER BY team_id LIMIT $3`,
  removeTeam: 'DELETE FROM teams WHERE tenant_id = $1 AND team_id = $2',
  leaveAll: `UPDATE agents SET team_ids = array_remove(team_ids, $2) WHERE tenant_id = $1 AND $2 = ANY (team_ids)`,
  findAgent: `SELECT ${AGENT_FIELDS} FROM agents WHERE tenant_id = $1 AND agent_id = $2`,
  countAgents: 'SELECT count(*) AS n FROM agents WHERE tenant_id = $1',
  countAgentsIn: 'SELECT count(*) AS n FROM agents WHERE tenant_id = $1 AND department_id = $2',
  createAgent: 'INSERT INTO agents (tenant_id, agent_id, department_id, team_ids) VALUES ($1, $2, $3, $4)',
  listAgents: `SELECT ${AGENT_FIELDS} FROM agents WHERE tenant_id = $1 AND agent_id > $2 ORDER BY agent_id LIMIT $3`,
  moveAgent: 'UPDATE agents SET department_id = $3 WHERE tenant_id = $1 AND agent_id = $2',
  joinTeam: 'UPDATE agents SET team_ids = array_append(team_ids, $3) WHERE tenant_id = $1 AND agent_id = $2',
  leaveTeam: 'UPDATE agents SET team_ids = array_remove(team_ids, $3) WHERE tenant_id = $1 AND agent_id = $2',
  removeAgent: 'DELETE FROM agents WHERE tenant_id = $1 AND agent_id = $2',
  revokeKeysOf: 'UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3) WHERE tenant_id = $1 AND agent_id = $2',
  hasGrant: 'SELECT 1 FROM department_grants WHERE tenant_id = $1 AND reader = $2 AND owner = $3',
  countGrants: 'SELECT count(*) AS n FROM department_grants WHERE tenant_id = $1 AND reader = $2',
  createGrant: 'INSERT INTO department_grants (tenant_id, reader, owner, created_at) VALUES ($1, $2, $3, $4)',
  listGrants: `SELECT tenant_id AS "tenantId", reader, owner, created_at AS "createdAt"
    FROM department_grants WHERE tenant_id = $1 ORDER BY reader, owner LIMIT $2`,
  removeGrant: 'DELETE FROM department_grants WHERE tenant_id = $1 AND reader = $2 AND owner = $3',
  grantedTo: 'SELECT owner FROM department_grants WHERE tenant_id = $1 AND reader = $2 ORDER BY owner',
});
