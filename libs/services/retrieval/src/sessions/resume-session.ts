import type { SubjectId, TeamId } from '@mneme/events';
import {
  type CatalogueRow,
  type IndexKeys,
  type Limits,
  limitsFor,
  NotFound,
  type Principal,
  type ReadScope,
  readScopeOf,
  requireRight,
  resumeHashOf,
  SESSION_LIMITS,
  subjectIdOf,
  tenantSubjectIdOf,
} from '@mneme/domain';
import type { Catalogue, HandOff } from '@mneme/ports';
import type { SubjectAccess } from '@mneme/platform';
import type { Memory, ResumeResponse } from '@mneme/proto';
import { type MemoryOpener, memoryView } from '../memory-view.js';
import { readCount } from '../recall-input.js';
import { openSession } from './open-session.js';
import type { SessionPorts } from './session-caller.js';
import { handOffView, openDocument, type SessionText } from './session-text.js';

export interface ResumePorts extends SessionPorts {
  readonly catalogue: Catalogue;
  readonly opener: MemoryOpener;
}

export interface RequestedResume {
  readonly resumeToken: string;
  readonly turns?: number | undefined;
  readonly memories?: number | undefined;
}

const DEFAULT_TURNS = 20;
const DEFAULT_MEMORIES = 10;
const KINDS = ['episode', 'summary'] as const;

/** Gives an agent what another one has left it: the note, the task, the last turns, and what is remembered of them. */
export class ResumeSession {
  constructor(
    private readonly ports: ResumePorts,
    private readonly limits: Limits,
  ) {}

  /**
   * @throws InvalidInput or LimitExceeded for a count; Forbidden without the right to recall; NotFound for every token that
   * gives this caller nothing, whatever the reason.
   */
  async resume(principal: Principal, request: RequestedResume): Promise<ResumeResponse> {
    requireRight(principal, 'recall');
    const { tenant, indexKeys } = await this.ports.keyring.tenant(principal.tenantId);
    const turnsMax = limitsFor(this.limits, tenant.policy.limits).sessionTurnsMax;
    const wanted = request.turns ?? Math.min(DEFAULT_TURNS, turnsMax);
    const turns = readCount(wanted, { field: 'turns', limit: 'sessionTurnsMax', max: turnsMax });
    const memories = readMemories(request.memories);
    const { handOff, text, scope, access } = await this.handOffOf(principal, indexKeys, request.resumeToken);
    const { subjectId, sessionKey } = handOff;
    const opened = await openSession(this.ports, { scope, subjectId, access, sessionKey, turnsMax: turns });
    const ofSession = await this.listed(scope, { sessionKeys: [sessionKey] }, memories);
    const ofTeams = await this.ofTeams(scope, principal.teamIds, { besides: ofSession, limit: memories });
    return {
      handOff: handOffView(handOff, text),
      ...(opened.task === undefined ? {} : { task: opened.task }),
      turns: opened.turns,
      sessionMemories: await this.opened(scope, ofSession),
      teamMemories: await this.opened(scope, ofTeams),
      session: text.session,
    };
  }

  /** What the token stands for, to whom it was given and may still be; the scope speaks for the session's user. */
  private async handOffOf(principal: Principal, indexKeys: IndexKeys, token: string): Promise<Resumed> {
    const { sessionStore, keyring, clock } = this.ports;
    const hash = resumeHashOf(indexKeys, token);
    if (hash === undefined) throw nothingToResume();
    const receiver = readScopeOf(principal);
    const handOff = await sessionStore.findHandOff(receiver, hash, clock.nowMs());
    if (handOff === undefined) throw nothingToResume();
    const { subjectId } = handOff;
    const scope = scopeFor(principal, subjectId, indexKeys);
    const access = (await keyring.openFresh(principal.tenantId, [subjectId])).get(subjectId);
    const text = openDocument({ scope: receiver, access, kind: 'hand-off' }, handOff);
    if (text === undefined || scope === undefined) throw nothingToResume();
    return { handOff, text, scope, access };
  }

  private async ofTeams(
    scope: ReadScope,
    teamIds: readonly TeamId[],
    { besides, limit }: { readonly besides: readonly CatalogueRow[]; readonly limit: number },
  ): Promise<readonly CatalogueRow[]> {
    if (teamIds.length === 0) return [];
    const known = new Set(besides.map(({ memoryId }) => memoryId));
    const rows = await this.listed(scope, { teamIds: [...teamIds] }, limit + known.size);
    return rows.filter(({ memoryId }) => !known.has(memoryId)).slice(0, limit);
  }

  private listed(scope: ReadScope, filter: object, limit: number): Promise<readonly CatalogueRow[]> {
    const { catalogue, clock } = this.ports;
    return catalogue.list(scope, { filter: { kinds: KINDS, ...filter }, nowMs: clock.nowMs(), limit });
  }

  private async opened(scope: ReadScope, rows: readonly CatalogueRow[]): Promise<Memory[]> {
    const opened = await this.ports.opener.open(scope, rows);
    return opened.flatMap((one) => (one.state === 'opened' ? [memoryView(one.row, one.content)] : []));
  }
}

interface Resumed {
  readonly handOff: HandOff;
  readonly text: SessionText;
  readonly scope: ReadScope;
  readonly access: SubjectAccess | undefined;
}

/** A token gives no right: who may not speak for the session's user does not get the user's session. */
function scopeFor(principal: Principal, subjectId: SubjectId, indexKeys: IndexKeys): ReadScope | undefined {
  if (subjectId === tenantSubjectIdOf(indexKeys)) return readScopeOf(principal);
  const { boundUserId } = principal;
  const isOwn = boundUserId !== undefined && subjectIdOf(indexKeys, boundUserId) === subjectId;
  const mayName = boundUserId === undefined && principal.rights.has('on-behalf-of');
  return isOwn || mayName ? readScopeOf(principal, subjectId) : undefined;
}

function readMemories(memories = DEFAULT_MEMORIES): number {
  const max = SESSION_LIMITS.resumeMemoriesMax;
  return readCount(memories, { field: 'memories', limit: 'resumeMemoriesMax', max });
}

function nothingToResume(): NotFound {
  return new NotFound('there is nothing to resume with this token', { field: 'resumeToken' });
}
