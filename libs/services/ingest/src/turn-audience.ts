import type { Audience, SubjectId } from '@mneme/events';
import { Forbidden, InvalidInput, isMemoryError, type Principal } from '@mneme/domain';
import type { AuthGuard } from '@mneme/platform';
import type { TurnInput } from './turn-schema.js';

interface Placed {
  readonly input: TurnInput;
  readonly index: number;
}

/**
 * The user whose data a turn is; undefined for the tenant's own.
 * @throws Forbidden for a user, a team or a scope that the key has no right to; InvalidInput for a turn in user scope
 * that names nobody.
 */
export function userOf(guard: AuthGuard, principal: Principal, placed: Placed): string | undefined {
  const { input, index } = placed;
  refuseForeignScope(principal, placed);
  const user = spokenFor(guard, principal, placed);
  if (user !== undefined || (input.scope ?? 'user') !== 'user') return user;
  const detail = { field: `turns[${index}].userId`, index, sent: 'nothing' };
  throw new InvalidInput('a turn in user scope names its user', detail);
}

/** What the scope becomes. */
export function audienceOf(principal: Principal, input: TurnInput, subjectId: SubjectId): Audience {
  switch (input.scope ?? 'user') {
    case 'user':
      return `u:${subjectId}` as Audience;
    case 'agent':
      return `a:${principal.agentId}` as Audience;
    case 'team':
      return `t:${input.teamId ?? ''}` as Audience;
    case 'tenant':
      return 'o' as Audience;
  }
}

function refuseForeignScope(principal: Principal, { input, index }: Placed): void {
  if (input.scope === 'tenant' && !principal.rights.has('publish')) {
    const detail = { field: `turns[${index}].scope`, limit: 'right=publish', index };
    throw new Forbidden('this key lacks the right "publish", which tenant scope needs', detail);
  }
  if (input.scope === 'team' && !principal.teamIds.some((teamId) => teamId === input.teamId)) {
    throw new Forbidden("this key's agent is not a member of the team", { field: `turns[${index}].teamId`, index });
  }
}

function spokenFor(guard: AuthGuard, principal: Principal, { input, index }: Placed): string | undefined {
  try {
    return guard.userFor(principal, input.userId);
  } catch (error) {
    if (!isMemoryError(error) || error.code !== 'forbidden') throw error;
    const { limit } = error.detail;
    const detail = { field: `turns[${index}].userId`, index, ...(limit === undefined ? {} : { limit }) };
    throw new Forbidden(error.message, detail);
  }
}
