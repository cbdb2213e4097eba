import { AgentId, type Audience, type SessionKey } from '@mneme/events';
import { type DataKeys, instantOf, mayRead, type ReadScope, seal, unseal } from '@mneme/domain';
import type { SessionDocument } from '@mneme/ports';
import { parsedJson, type SubjectAccess } from '@mneme/platform';
import type { HandOffNote, SessionState } from '@mneme/proto';
import { z } from 'zod';

/** What stands sealed in a document of a session, as JSON. */
export const SessionText = z.object({
  /** Of a state: JSON text of one object. Of a hand-off: the note. */
  text: z.string(),
  /** Who wrote it. */
  agentId: AgentId,
  /** The session by its name. */
  session: z.string(),
});
export type SessionText = z.infer<typeof SessionText>;

export type DocumentKind = 'task' | 'working' | 'hand-off';
type Unsealed = Omit<SessionDocument, 'sealed'>;

/** Sealed for its place, its revision and nothing else. */
export function sealDocument<D extends Unsealed>(
  keys: DataKeys,
  kind: DocumentKind,
  { document, text }: { readonly document: D; readonly text: SessionText },
): D & SessionDocument {
  return { ...document, sealed: seal(keys, contextOf(kind, document), JSON.stringify(text)) };
}

/** Undefined for a document that may not be read, or whose subject is fenced or has another epoch by now. */
export function openDocument(
  {
    scope,
    access,
    kind,
  }: { readonly scope: ReadScope; readonly access: SubjectAccess | undefined; kind: DocumentKind },
  document: SessionDocument | undefined,
): SessionText | undefined {
  if (document === undefined || access?.state !== 'open' || access.epoch !== document.epoch) return undefined;
  if (!mayRead(scope, document)) return undefined;
  return parsedJson(SessionText, unseal(access.keys, contextOf(kind, document), document.sealed));
}

export function stateView({ revision }: SessionDocument, { text, agentId }: SessionText): SessionState {
  return { stateJson: text, revision: String(revision), agentId, writtenAt: instantOfRevision(revision) };
}

export function handOffView({ revision, audience }: SessionDocument, { text, agentId }: SessionText): HandOffNote {
  const [kind, to] = [audience.slice(0, 1), audience.slice(2)];
  return {
    note: text,
    fromAgent: agentId,
    ...(kind === 'a' ? { toAgent: to } : { toTeam: to }),
    handedAt: instantOfRevision(revision),
  };
}

/** Revisions are instants in microseconds, or follow one another where two would be the same. */
export function revisionAt(nowMs: number, above = 0): number {
  return Math.max(nowMs * 1_000, above + 1);
}

function instantOfRevision(revision: number): string {
  return instantOf(Math.floor(revision / 1_000));
}

function contextOf(kind: DocumentKind, document: Unsealed) {
  const { tenantId, subjectId, epoch, revision } = document;
  const recordId = placeOf(kind, document.sessionKey, document.audience);
  return { tenantId, subjectId, epoch, recordId, version: revision };
}

function placeOf(kind: DocumentKind, sessionKey: SessionKey, audience: Audience): string {
  return kind === 'task' ? `${sessionKey}/task` : `${sessionKey}/${kind}/${audience}`;
}
