import type { Audience, DepartmentId } from '@mneme/events';
import {
  Forbidden,
  instantOf,
  type Limits,
  newResumeToken,
  NotFound,
  type Principal,
  readScopeOf,
  resumeHashOf,
  Unavailable,
} from '@mneme/domain';
import type { ControlStore, HandOff, OrganisationStore } from '@mneme/ports';
import type { HandOffResponse } from '@mneme/proto';
import { stateOf, taskPlaceOf, unexpected } from './keep-states.js';
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
import {
  readExpiry,
  readNote,
  readReceiver,
  readRevision,
  readState,
  type Receiver,
  type RequestedReceiver,
} from './session-input.js';
import { openDocument, revisionAt, sealDocument } from './session-text.js';

export interface HandOffPorts extends SessionPorts {
  readonly controlStore: Pick<ControlStore, 'findAgent'>;
  readonly organisationStore: Pick<OrganisationStore, 'grantedTo' | 'hasTeam'>;
}

export interface RequestedHandOff extends NamedSession, RequestedReceiver {
  readonly note: string;
  readonly stateJson?: string | undefined;
  readonly expectedRevision?: string | undefined;
  readonly expiresInMinutes?: number | undefined;
}

const ATTEMPTS_MAX = 5;

/** Leaves a session to another agent or to a team: a note, perhaps a new state of the task, and a token to go on with. */
export class HandOffSession {
  constructor(
    private readonly ports: HandOffPorts,
    private readonly limits: Limits,
  ) {}

  /**
   * @throws InvalidInput or LimitExceeded naming the field; NotFound for a receiver that there is not; Forbidden for one that
   * may not read what the caller writes; Conflict as `KeepStates.set`.
   */
  async handOff(principal: Principal, request: RequestedHandOff): Promise<HandOffResponse> {
    const receiver = readReceiver(request);
    const note = readNote(request.note);
    const stateJson = request.stateJson === undefined ? undefined : readState(request.stateJson);
    const expectedRevision = readRevision(request.expectedRevision);
    const lastsMs = readExpiry(request.expiresInMinutes);
    const writing = await writingOf(this.ports, principal, { named: request, limits: this.limits });
    await this.requireReader(principal, receiver);
    const token = newResumeToken();
    const expiresAtMs = this.ports.clock.nowMs() + lastsMs;
    const wished = { writing, receiver, note, stateJson, expectedRevision, token, expiresAtMs };
    const revision = await this.write(wished);
    await takeBackFenced(this.ports, writing);
    const replaced = stateJson === undefined ? {} : { revision: String(revision) };
    return { resumeToken: token, expiresAt: instantOf(expiresAtMs), ...replaced };
  }

  private async write(wished: Wished): Promise<number> {
    const { expectedRevision, writing } = wished;
    let above = expectedRevision ?? 0;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const task = wished.stateJson === undefined && !writing.hasUser ? await this.presentTask(writing) : undefined;
      const revision = revisionAt(this.ports.clock.nowMs(), Math.max(above, task?.revision ?? 0));
      const outcome = await this.ports.sessionStore.handOff(
        handOffOf(wished, revision),
        taskOf(wished, task, revision),
      );
      if (outcome.state === 'written') return revision;
      if (outcome.state === 'fenced') throw erased();
      if (outcome.state === 'foreign') throw foreign();
      if (expectedRevision !== undefined && expectedRevision !== outcome.revision) {
        throw unexpected(expectedRevision, outcome.revision);
      }
      above = Math.max(above, outcome.revision);
    }
    const limit = `attemptsMax=${ATTEMPTS_MAX}`;
    throw new Unavailable('too many others write this session; send it again', { limit });
  }

  /** The task that goes over to the receiver as it is. */
  private async presentTask({ principal, sessionKey, epoch, keys }: SessionWriting): Promise<PresentTask | undefined> {
    const scope = readScopeOf(principal);
    const document = await this.ports.sessionStore.getState(scope, sessionKey, 'task');
    const text = openDocument({ scope, access: { state: 'open', epoch, keys }, kind: 'task' }, document);
    return document === undefined || text === undefined
      ? undefined
      : { stateJson: text.text, revision: document.revision };
  }

  /** A hand-off gives nothing that its receiver could not read: it opens no department. */
  private async requireReader({ tenantId, departmentId }: Principal, receiver: Receiver): Promise<void> {
    const { controlStore, organisationStore } = this.ports;
    if (receiver.kind === 'team') {
      if (await organisationStore.hasTeam(tenantId, receiver.teamId)) return;
      throw new NotFound('there is no such team', { field: 'toTeam' });
    }
    const agent = await controlStore.findAgent(tenantId, receiver.agentId);
    if (agent === undefined) throw new NotFound('there is no such agent', { field: 'toAgent' });
    if (departmentId === undefined || agent.departmentId === departmentId) return;
    if (await this.isGranted(departmentId, agent)) return;
    const detail = { field: 'toAgent', limit: `department=${departmentId}` };
    throw new Forbidden("the receiver's department may not read what this department writes; grant it", detail);
  }

  private async isGranted(
    owner: DepartmentId,
    { tenantId, departmentId }: { readonly tenantId: Principal['tenantId']; readonly departmentId?: DepartmentId },
  ): Promise<boolean> {
    if (departmentId === undefined) return false;
    return (await this.ports.organisationStore.grantedTo(tenantId, departmentId)).includes(owner);
  }
}

interface PresentTask {
  readonly stateJson: string;
  readonly revision: number;
}

interface Wished {
  readonly writing: SessionWriting;
  readonly receiver: Receiver;
  readonly note: string;
  readonly stateJson: string | undefined;
  readonly expectedRevision: number | undefined;
  readonly token: string;
  readonly expiresAtMs: number;
}

function handOffOf({ writing, receiver, note, token, expiresAtMs }: Wished, revision: number): HandOff {
  const { tenantId, subjectId, sessionKey, epoch, keys, session, principal, tenant, indexKeys } = writing;
  const { agentId, departmentId } = principal;
  const document = {
    tenantId,
    subjectId,
    sessionKey,
    epoch,
    audience: audienceOf(receiver),
    ...(departmentId === undefined ? {} : { departmentId }),
    trust: tenant.policy.trust.agent,
    revision,
    tokenHash: resumeHashOf(indexKeys, token) as string,
    expiresAtMs,
  };
  return sealDocument(keys, 'hand-off', { document, text: { text: note, agentId, session } });
}

function audienceOf(receiver: Receiver): Audience {
  return (receiver.kind === 'agent' ? `a:${receiver.agentId}` : `t:${receiver.teamId}`) as Audience;
}

/** The task as it is to be written, when it is; that of a session without a user goes over to the receiver. */
function taskOf(wished: Wished, present: PresentTask | undefined, revision: number) {
  const { writing, receiver } = wished;
  const stateJson = wished.stateJson ?? present?.stateJson;
  if (stateJson === undefined) return undefined;
  const expectedRevision = wished.stateJson === undefined ? present?.revision : wished.expectedRevision;
  const own = taskPlaceOf(writing);
  const place = writing.hasUser ? own : { ...own, audience: audienceOf(receiver) };
  const document = stateOf(writing, 'task', { stateJson, place, revision });
  return { document, writer: writerOf(writing), ...(expectedRevision === undefined ? {} : { expectedRevision }) };
}
