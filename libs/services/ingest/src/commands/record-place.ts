import { type Audience, type CommandPlace, TeamId } from '@mneme/events';
import { Forbidden, InvalidInput, tenantSubjectIdOf } from '@mneme/domain';
import type { ProcedureInput } from './command-schema.js';
import type { Asker, Resolved } from './resolve-command.js';

/**
 * Where a recorded procedure goes: by the rules of turns, but that it is the agent's own unless it says otherwise.
 * @throws Forbidden for a team or a scope that the key has no right to; InvalidInput for a scope without its user or team.
 */
export function recordedProcedureOf(asker: Asker, input: ProcedureInput): Resolved {
  const { principal, indexKeys, subjectId } = asker;
  const { task, steps, outcome } = input;
  const { departmentId } = principal;
  const teamId = teamOf(asker, input);
  const place: CommandPlace = {
    audience: audienceOf(asker, input),
    ...(departmentId === undefined ? {} : { departmentId }),
    ...(teamId === undefined ? {} : { teamId }),
  };
  const wish = { action: 'record-procedure', place, procedure: { task, steps: steps.map(plain), outcome } } as const;
  return { subjectId: subjectId ?? tenantSubjectIdOf(indexKeys), wish };
}

function audienceOf({ principal, subjectId }: Asker, { scope = 'agent', teamId }: ProcedureInput): Audience {
  switch (scope) {
    case 'user':
      if (subjectId !== undefined) return `u:${subjectId}` as Audience;
      throw new InvalidInput('a procedure in user scope names its user', { field: 'userId', sent: 'nothing' });
    case 'agent':
      return `a:${principal.agentId}` as Audience;
    case 'team':
      return `t:${teamId ?? ''}` as Audience;
    case 'tenant':
      if (principal.rights.has('publish')) return 'o' as Audience;
      throw new Forbidden('this key lacks the right "publish", which tenant scope needs', {
        field: 'scope',
        limit: 'right=publish',
      });
  }
}

function teamOf({ principal }: Asker, { scope, teamId }: ProcedureInput): TeamId | undefined {
  if (scope !== 'team') {
    if (teamId === undefined) return undefined;
    throw new InvalidInput('only a procedure in team scope names a team', { field: 'teamId', sent: 'a team' });
  }
  const team = TeamId.safeParse(teamId);
  if (!team.success) {
    throw new InvalidInput('a procedure in team scope names its team', { field: 'teamId', sent: 'no team id' });
  }
  if (principal.teamIds.includes(team.data)) return team.data;
  throw new Forbidden("this key's agent is not a member of the team", { field: 'teamId' });
}

function plain({ tool, arguments: given, note }: ProcedureInput['steps'][number]) {
  return { tool, ...(given === undefined ? {} : { arguments: given }), ...(note === undefined ? {} : { note }) };
}
