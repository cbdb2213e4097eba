import { type Audience, TeamId } from '@mneme/events';
import {
  Conflict,
  Forbidden,
  InvalidInput,
  type Limits,
  type Principal,
  sessionKeyOf,
  Unavailable,
} from '@mneme/domain';
import type { SessionDocument, SessionStateKind } from '@mneme/ports';
import type { GetStateResponse } from '@mneme/proto';
import { readerOf } from '../reader.js';
import {
  erased,
  foreign,
  type NamedSession,
  type SessionPorts,
  type SessionWriting,
  takeBackFenced,
  writerOf,
  writingOf,
} from './session-caller.js';
import { readRevision, readSessionName, readState } from './session-input.js';
import { openDocument, revisionAt, sealDocument, stateView } from './session-text.js';

export interface RequestedState extends NamedSession {
  readonly stateJson: string;
  readonly expectedRevision?: string | undefined;
  readonly teamId?: string | undefined;
}

/** Writers of the same instant that may come between the look at a state and its replacement. */
const ATTEMPTS_MAX = 5;

/** Keeps and gives the task's state of a session, and the working state of the calling agent. */
export class KeepStates {
  constructor(
    private readonly ports: SessionPorts,
    private readonly limits: Limits,
  ) {}

  /**
   * Answers the revision of what was written.
   * @throws InvalidInput or LimitExceeded naming the field; Forbidden, also where the caller may not read what is there;
   * Conflict with the revision that is there, when another was expected; Conflict `subject-erased`.
   */
  async set(principal: Principal, kind: SessionStateKind, request: RequestedState): Promise<string> {
    const stateJson = readState(request.stateJson);
    const expectedRevision = readRevision(request.expectedRevision);
    const writing = await writingOf(this.ports, principal, { named: request, limits: this.limits });
    const place = kind === 'task' ? taskPlaceOf(writing, request.teamId) : workingPlaceOf(writing, request.teamId);
    let above = expectedRevision ?? 0;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const document = stateOf(writing, kind, { stateJson, place, revision: this.revisionAbove(above) });
      const expected = expectedRevision === undefined ? {} : { expectedRevision };
      const write = { kind, document, writer: writerOf(writing), ...expected };
      const outcome = await this.ports.sessionStore.setState(write);
      if (outcome.state === 'fenced') throw erased();
      if (outcome.state === 'foreign') throw foreign();
      if (outcome.state === 'written') {
        await takeBackFenced(this.ports, writing);
        return String(document.revision);
      }
      if (expectedRevision !== undefined && expectedRevision !== outcome.revision) {
        throw unexpected(expectedRevision, outcome.revision);
      }
      above = outcome.revision;
    }
    throw new Unavailable('too many others write this state; send it again', { limit: `attemptsMax=${ATTEMPTS_MAX}` });
  }

  /** @throws InvalidInput; Forbidden; Conflict `subject-erased`. */
  async get(principal: Principal, kind: SessionStateKind, request: NamedSession): Promise<GetStateResponse> {
    const session = readSessionName(request.session, this.limits);
    const { scope, subjectId, indexKeys, tenantId } = await readerOf(this.ports, principal, request.userId);
    const sessionKey = sessionKeyOf(indexKeys, subjectId, session);
    const document = await this.ports.sessionStore.getState(scope, sessionKey, kind);
    if (document === undefined) return {};
    const access = (await this.ports.keyring.openFresh(tenantId, [subjectId])).get(subjectId);
    const text = openDocument({ scope, access, kind }, document);
    return text === undefined ? {} : { state: stateView(document, text) };
  }

  private revisionAbove(above: number): number {
    return revisionAt(this.ports.clock.nowMs(), above);
  }
}

export function unexpected(expected: number, present: number): Conflict {
  const detail = { field: 'expectedRevision', limit: `revision=${present}`, sent: String(expected) };
  return new Conflict('the state is not the one that was expected: read it again', detail);
}

/** Where a state stands: who may read it, and what it is worth. */
export type StatePlace = Pick<SessionDocument, 'audience' | 'trust' | 'departmentId'>;

/** A state under its revision, sealed. */
export function stateOf(
  writing: SessionWriting,
  kind: SessionStateKind,
  { stateJson, place, revision }: { readonly stateJson: string; readonly place: StatePlace; readonly revision: number },
): SessionDocument {
  const { tenantId, subjectId, sessionKey, epoch, keys, session, principal } = writing;
  const document = { tenantId, subjectId, sessionKey, epoch, ...place, revision };
  return sealDocument(keys, kind, { document, text: { text: stateJson, agentId: principal.agentId, session } });
}

/** The task of a user is read by who may speak for the user; one of the tenant by the agent, or by a team of its own. */
export function taskPlaceOf(writing: SessionWriting, teamId?: string): StatePlace {
  const { principal, subjectId, hasUser, tenant } = writing;
  const { departmentId } = principal;
  const place = { trust: tenant.policy.trust.agent, ...(departmentId === undefined ? {} : { departmentId }) };
  if (teamId !== undefined) return { ...place, audience: ownTeamOf(writing, teamId) };
  return { ...place, audience: (hasUser ? `u:${subjectId}` : `a:${principal.agentId}`) as Audience };
}

function ownTeamOf({ principal, hasUser }: SessionWriting, teamId: string): Audience {
  const field = 'teamId';
  if (hasUser) throw new InvalidInput('only the task of a session without a user names a team', { field });
  if (!TeamId.safeParse(teamId).success || !principal.teamIds.some((own) => own === teamId)) {
    throw new Forbidden("this key's agent is not a member of the team", { field });
  }
  return `t:${teamId}` as Audience;
}

/** Its agent's own, wherever the agent works and whatever trust it asks for. */
function workingPlaceOf({ principal }: SessionWriting, teamId: string | undefined): StatePlace {
  if (teamId !== undefined) throw new InvalidInput('a working state has no team', { field: 'teamId' });
  return { audience: `a:${principal.agentId}` as Audience, trust: 1 };
}
