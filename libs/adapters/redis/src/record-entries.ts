import type { TurnReceived } from '@mneme/events';
import { epochMsOf, type ReadScope } from '@mneme/domain';
import type { HandOff, SessionDocument, SessionStateKind } from '@mneme/ports';

export type DocumentKind = SessionStateKind | 'hand-off';

const NONE = '-';
const DIGITS = 16;
// An instant before 1970 sorts before the others too.
const YEARS_BEFORE_1970_MS = 10 ** 15;

/** What of a turn is compared, in the order in which turns are kept: by time, then by when it was recorded, then by id. */
export function turnEntryOf(turn: TurnReceived): string {
  const { turnId, epoch, trust, subjectId, audience, departmentId } = turn;
  const order = `${padded(epochMsOf(turn.occurredAt) + YEARS_BEFORE_1970_MS)}${padded(turn.recordedAt)}${turnId}`;
  return [order, epoch, trust, subjectId, audience, departmentId ?? NONE].join(' ');
}

/** What of a document is compared. */
export function documentEntryOf(document: SessionDocument & Partial<HandOff>): string {
  const { revision, epoch, trust, subjectId, audience, departmentId, tokenHash, expiresAtMs } = document;
  const fields = [revision, epoch, trust, subjectId, audience, departmentId ?? NONE];
  return [...fields, tokenHash ?? NONE, expiresAtMs ?? 0].join(' ');
}

/** Where a document stands in its session: one task, one working state an agent, one hand-off a receiver. */
export function placeOf(kind: DocumentKind, { subjectId, audience }: SessionDocument): string {
  return `${kind}/${subjectId}/${kind === 'task' ? '' : audience}`;
}

/** What a scope may read, as scripts compare it. Its tenant is in the keys that they are given. */
export function wantedBy({ audiences, departmentIds, minTrust }: ReadScope) {
  return { audiences, departmentIds, minTrust };
}

function padded(whole: number): string {
  return String(whole).padStart(DIGITS, '0');
}
