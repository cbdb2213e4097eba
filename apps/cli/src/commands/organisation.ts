import type { Agent, Connection } from '@mneme/client';
import { collected } from '../arguments.js';
import { counted, minute, table } from '../format.js';
import type { CommandResult, Invocation } from '../invocation.js';
import { does, leaf, type Shelf } from '../leaf.js';
import { allPages, named, roleFor, TENANT_HELP, type TenantFlags } from '../tenant-choice.js';

type Calls = Connection['organisation'];
type Work<F> = (calls: Calls, words: readonly string[], flags: F) => Promise<CommandResult>;

interface Entry<F> {
  readonly usage: string;
  readonly about: string;
  readonly options?: (command: Shelf['program']) => void;
  readonly work: Work<F>;
}

/** `department`, `team` and `agent`: what a tenant is divided into. */
export function addOrganisation(shelf: Shelf): void {
  addDepartment(shelf);
  addTeam(shelf);
  addAgent(shelf);
}

/** One command of a group, with `--tenant`. */
export function entryOf<F extends TenantFlags>(shelf: Shelf, parent: Shelf['program'], entry: Entry<F>): void {
  const command = leaf(shelf, entry.usage, { parent }).description(entry.about).option('--tenant <id>', TENANT_HELP);
  entry.options?.(command);
  does<F>(shelf, command, (invocation: Invocation, words, flags) =>
    entry.work(invocation.connect(roleFor(flags)).organisation, words, flags),
  );
}

function addDepartment(shelf: Shelf): void {
  const parent = shelf.program.command('department').description('departments, walls between agents of one tenant');
  entryOf(shelf, parent, {
    usage: 'create <name>',
    about: 'make a department',
    work: async (calls, [departmentId = ''], flags) => {
      const department = await calls.createDepartment({ departmentId, ...named(flags) });
      return { json: department, lines: [`department ${department.departmentId}`] };
    },
  });
  entryOf(shelf, parent, {
    usage: 'list',
    about: 'list departments',
    work: async (calls, _words, flags) => {
      const departments = await allPages(async (cursor) => {
        const page = await calls.listDepartments({ ...named(flags), ...at(cursor) });
        return { items: page.departments, nextCursor: page.nextCursor };
      });
      const rows = departments.map(({ departmentId, createdAt }) => [departmentId, minute(createdAt)]);
      return { json: { departments }, lines: table(['department', 'created'], rows) };
    },
  });
  entryOf(shelf, parent, {
    usage: 'remove <name>',
    about: 'remove a department without agents, and its grants; records under its name stay',
    work: async (calls, [departmentId = ''], flags) => {
      await calls.removeDepartment({ departmentId, ...named(flags) });
      return { json: { departmentId, removed: true }, lines: [`department ${departmentId} is removed`] };
    },
  });
}

function addTeam(shelf: Shelf): void {
  const parent = shelf.program.command('team').description('teams, which share what their agents write in team scope');
  entryOf(shelf, parent, {
    usage: 'create <name>',
    about: 'make a team',
    work: async (calls, [teamId = ''], flags) => {
      const team = await calls.createTeam({ teamId, ...named(flags) });
      return { json: team, lines: [`team ${team.teamId}`] };
    },
  });
  entryOf(shelf, parent, {
    usage: 'list',
    about: 'list teams',
    work: async (calls, _words, flags) => {
      const teams = await allPages(async (cursor) => {
        const page = await calls.listTeams({ ...named(flags), ...at(cursor) });
        return { items: page.teams, nextCursor: page.nextCursor };
      });
      const rows = teams.map(({ teamId, createdAt }) => [teamId, minute(createdAt)]);
      return { json: { teams }, lines: table(['team', 'created'], rows) };
    },
  });
  entryOf(shelf, parent, {
    usage: 'remove <name>',
    about: 'remove a team; its members leave it',
    work: async (calls, [teamId = ''], flags) => {
      await calls.removeTeam({ teamId, ...named(flags) });
      return { json: { teamId, removed: true }, lines: [`team ${teamId} is removed`] };
    },
  });
  entryOf(shelf, parent, {
    usage: 'join <team> <agent>',
    about: 'make an agent a member',
    work: async (calls, [teamId = '', agentId = ''], flags) =>
      resultOf(await calls.joinTeam({ teamId, agentId, ...named(flags) })),
  });
  entryOf(shelf, parent, {
    usage: 'leave <team> <agent>',
    about: 'end a membership',
    work: async (calls, [teamId = '', agentId = ''], flags) =>
      resultOf(await calls.leaveTeam({ teamId, agentId, ...named(flags) })),
  });
}

interface PlaceFlags extends TenantFlags {
  readonly department?: string;
  readonly team?: readonly string[];
}

function addAgent(shelf: Shelf): void {
  const parent = shelf.program.command('agent').description('agents: who answers users');
  const placed = (command: Shelf['program']) =>
    command.option('--department <name>', 'its department').option('--team <name>', 'a team; repeatable', collected);
  entryOf<PlaceFlags>(shelf, parent, {
    usage: 'create <name>',
    about: 'register an agent; its department and teams must be there',
    options: placed,
    work: async (calls, [agentId = ''], flags) => {
      const request = { agentId, teamIds: [...(flags.team ?? [])], ...named(flags), ...within(flags.department) };
      return resultOf(await calls.createAgent(request));
    },
  });
  entryOf(shelf, parent, {
    usage: 'list',
    about: 'list agents with their department and teams',
    work: async (calls, _words, flags) => {
      const agents = await allPages(async (cursor) => {
        const page = await calls.listAgents({ ...named(flags), ...at(cursor) });
        return { items: page.agents, nextCursor: page.nextCursor };
      });
      const rows = agents.map((agent) => [agent.agentId, agent.departmentId ?? '-', agent.teamIds.join(',')]);
      return { json: { agents }, lines: table(['agent', 'department', 'teams'], rows) };
    },
  });
  entryOf<PlaceFlags>(shelf, parent, {
    usage: 'move <name>',
    about: 'to another department, or to none; what it wrote stays where it was written',
    options: (command) => command.option('--department <name>', 'where to; absent: to none'),
    work: async (calls, [agentId = ''], flags) =>
      resultOf(await calls.moveAgent({ agentId, ...named(flags), ...within(flags.department) })),
  });
  entryOf(shelf, parent, {
    usage: 'remove <name>',
    about: 'remove an agent and revoke its keys; what it wrote stays',
    work: async (calls, [agentId = ''], flags) => {
      await calls.removeAgent({ agentId, ...named(flags) });
      return { json: { agentId, removed: true }, lines: [`agent ${agentId} is removed, and its keys are revoked`] };
    },
  });
}

function resultOf(agent: Agent): CommandResult {
  const teams = agent.teamIds.length === 0 ? 'no team' : counted(agent.teamIds.length, 'team');
  const names = agent.teamIds.length === 0 ? '' : ` (${agent.teamIds.join(', ')})`;
  const department = agent.departmentId === undefined ? 'no department' : `department ${agent.departmentId}`;
  return { json: agent, lines: [`agent ${agent.agentId}: ${department}, ${teams}${names}`] };
}

function within(departmentId: string | undefined): { departmentId?: string } {
  return departmentId === undefined ? {} : { departmentId };
}

function at(cursor: string | undefined): { cursor?: string } {
  return cursor === undefined ? {} : { cursor };
}
