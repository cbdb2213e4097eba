import { AgentId, TeamId } from '@mneme/events';
import { InvalidInput, LimitExceeded, type Limits, SESSION_LIMITS } from '@mneme/domain';
import { isCleanName, isCleanText, isJsonObject } from '@mneme/platform';
import { readCount } from '../recall-input.js';

const REVISION = /^\d{1,16}$/;

/** The name of a session. @throws InvalidInput; LimitExceeded. */
export function readSessionName(session: string, { idCharsMax }: Pick<Limits, 'idCharsMax'>): string {
  const field = 'session';
  if (session === '') throw new InvalidInput('a session has a name', { field });
  if (session.length > idCharsMax) {
    const detail = { field, limit: `idCharsMax=${idCharsMax}`, sent: `${session.length} characters` };
    throw new LimitExceeded('the name is longer than the limit', detail);
  }
  if (!isCleanName(session)) {
    throw new InvalidInput('a name has no control characters and is valid UTF-8', { field });
  }
  return session;
}

/** JSON text of one object, as it was sent. @throws InvalidInput; LimitExceeded. */
export function readState(stateJson: string): string {
  const field = 'stateJson';
  refuseBytes(stateJson, { field, limit: 'stateBytesMax', max: SESSION_LIMITS.stateBytesMax });
  refuseDirt(stateJson, field);
  if (isJsonObject(stateJson)) return stateJson;
  const detail = { field, sent: `text of ${stateJson.length} characters` };
  throw new InvalidInput('a state is the JSON text of one object', detail);
}

/** @throws InvalidInput for an empty note; LimitExceeded. */
export function readNote(note: string): string {
  const field = 'note';
  if (note.trim() === '') throw new InvalidInput('a hand-off says something to its receiver', { field });
  refuseBytes(note, { field, limit: 'noteBytesMax', max: SESSION_LIMITS.noteBytesMax });
  refuseDirt(note, field);
  return note;
}

/** @throws InvalidInput for what no answer has given. */
export function readRevision(revision: string | undefined): number | undefined {
  if (revision === undefined) return undefined;
  const value = Number(revision);
  if (REVISION.test(revision) && Number.isSafeInteger(value)) return value;
  const field = 'expectedRevision';
  throw new InvalidInput('a revision is taken from an answer, or 0 for nothing there', { field });
}

export interface RequestedReceiver {
  readonly toAgent?: string | undefined;
  readonly toTeam?: string | undefined;
}

export type Receiver =
  { readonly kind: 'agent'; readonly agentId: AgentId } | { readonly kind: 'team'; readonly teamId: TeamId };

/** @throws InvalidInput for none, for both, and for what is no name. */
export function readReceiver({ toAgent, toTeam }: RequestedReceiver): Receiver {
  if ((toAgent === undefined) === (toTeam === undefined)) {
    const sent = toAgent === undefined ? 'neither' : 'both';
    throw new InvalidInput('a hand-off goes to one agent or to one team', { field: 'toAgent', sent });
  }
  const agentId = AgentId.safeParse(toAgent);
  if (agentId.success) return { kind: 'agent', agentId: agentId.data };
  const teamId = TeamId.safeParse(toTeam);
  if (teamId.success) return { kind: 'team', teamId: teamId.data };
  const field = toAgent === undefined ? 'toTeam' : 'toAgent';
  throw new InvalidInput('an id has letters, digits, dots, hyphens and underscores', { field });
}

/** How long a token holds, in milliseconds. @throws InvalidInput; LimitExceeded. */
export function readExpiry(minutes: number | undefined): number {
  const max = SESSION_LIMITS.resumeMinutesMax;
  return 60_000 * readCount(minutes ?? max, { field: 'expiresInMinutes', limit: 'resumeMinutesMax', max });
}

function refuseBytes(
  text: string,
  { field, limit, max }: { readonly field: string; readonly limit: string; readonly max: number },
): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= max) return;
  throw new LimitExceeded('this is more than the limit', { field, limit: `${limit}=${max}`, sent: `${bytes} bytes` });
}

function refuseDirt(text: string, field: string): void {
  if (!isCleanText(text)) throw new InvalidInput('text has no NUL and is valid UTF-8', { field });
}
