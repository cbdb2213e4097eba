import type { SessionKey, SourceId, TenantId, TurnReceived } from '@mneme/events';
import { LimitExceeded, type ReadScope, type SubjectRef } from '@mneme/domain';
import type {
  Clock,
  ErasableStore,
  HandOff,
  IdlePage,
  IdleSession,
  OpenSession,
  OpenSessionView,
  SessionDocument,
  SessionEnds,
  SessionStateKind,
  SessionStore,
  StateOutcome,
  StateWrite,
} from '@mneme/ports';
import { IdleSessions } from './idle-sessions.js';
import { FIND_HAND_OFF, GET_DOCUMENT, OPEN_SESSION, WRITE_DOCUMENTS } from './lua/document-scripts.js';
import { APPEND_TURNS, LAST_TURNS, TURNS_OF_SUBJECT } from './lua/turn-scripts.js';
import { documentEntryOf, type DocumentKind, placeOf, turnEntryOf, wantedBy } from './record-entries.js';
import type { RedisConnection } from './redis-connection.js';
import type { Script } from './script.js';
import { bySession, namedBy, type SessionName } from './session-places.js';
import { SessionSweeps } from './session-sweeps.js';
import type { Shards } from './shards.js';

export interface RedisSessionStoreOptions {
  readonly clock: Clock;
  /** Turns kept of a session, the newest. */
  readonly turnsMax: number;
  /** States and hand-offs of a session. */
  readonly documentsMax: number;
  /** How long a session is kept after its last use. */
  readonly ttlMs: number;
}

/** A use is noted at most once in this time: reads would write all the time. */
const UNNOTED_MS = 60_000;

/** Hot session state on Redis: one script an operation, over keys of one tenant, each of which ends by itself. */
export class RedisSessionStore implements SessionStore, SessionEnds, ErasableStore {
  readonly storeName = 'session-state';
  private readonly idle: IdleSessions;
  private readonly sweeps: SessionSweeps;

  constructor(
    private readonly connection: RedisConnection,
    private readonly shards: Shards,
    private readonly options: RedisSessionStoreOptions,
  ) {
    this.idle = new IdleSessions(connection, shards);
    this.sweeps = new SessionSweeps(connection, shards, options);
  }

  async append(turns: readonly TurnReceived[]): Promise<void> {
    const times = this.times();
    await Promise.all([...bySession(turns).values()].map((own) => this.appendToSession(own, times)));
  }

  async lastTurns(scope: ReadScope, sessionKey: SessionKey, limit: number): Promise<readonly TurnReceived[]> {
    const given = { session: sessionKey, scope: wantedBy(scope), limit };
    return turnsOf(await this.run(LAST_TURNS, scope.tenantId, { given }));
  }

  expire(beforeMs: number, sessionsMax: number): Promise<number> {
    return this.sweeps.expire(beforeMs, sessionsMax);
  }

  setState({ kind, ...write }: StateWrite): Promise<StateOutcome> {
    return this.write(write.document, [stateDraft(kind, write)]);
  }

  async getState(scope: ReadScope, sessionKey: SessionKey, kind: SessionStateKind) {
    const given = { session: sessionKey, scope: wantedBy(scope), kind, ...this.times() };
    return parsed<SessionDocument>(await this.run(GET_DOCUMENT, scope.tenantId, { given }));
  }

  handOff(handOff: HandOff, task?: Omit<StateWrite, 'kind'>): Promise<StateOutcome> {
    const note = { ...draftOf('hand-off', handOff), isReplacing: true, token: handOff.tokenHash };
    return this.write(handOff, task === undefined ? [note] : [stateDraft('task', task), note]);
  }

  async findHandOff(scope: ReadScope, tokenHash: string, nowMs: number): Promise<HandOff | undefined> {
    const given = { token: tokenHash, scope: wantedBy(scope), viewedAtMs: nowMs };
    return parsed<HandOff>(await this.run(FIND_HAND_OFF, scope.tenantId, { given }));
  }

  async openSession(scope: ReadScope, sessionKey: SessionKey, view: OpenSessionView): Promise<OpenSession> {
    const viewed = { limit: view.turnsMax, viewedAtMs: view.nowMs };
    const given = { session: sessionKey, scope: wantedBy(scope), ...viewed, ...this.times() };
    const [first, second, ...bodies] = (await this.run(OPEN_SESSION, scope.tenantId, { given })) as readonly unknown[];
    const [task, handOff] = [parsed<SessionDocument>(first), parsed<HandOff>(second)];
    return {
      turns: turnsOf(bodies),
      ...(task === undefined ? {} : { task }),
      ...(handOff === undefined ? {} : { handOff }),
    };
  }

  async turnsOf({ tenantId, subjectId }: SubjectRef, sessionKey: SessionKey, limit: number) {
    const given = { subject: subjectId, session: sessionKey, limit };
    return turnsOf(await this.run(TURNS_OF_SUBJECT, tenantId, { given }));
  }

  idleSessions(page: Parameters<SessionEnds['idleSessions']>[0]): Promise<IdlePage> {
    return this.idle.page(page);
  }

  noteEnded(session: IdleSession): Promise<void> {
    return this.idle.noteEnded(session);
  }

  countSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    return this.sweeps.count(subject, belowEpoch);
  }

  eraseSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    return this.sweeps.erase(subject, belowEpoch);
  }

  eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number> {
    return this.sweeps.eraseSources(subject, sourceIds, belowEpoch);
  }

  probeIds(subject: SubjectRef, limit: number): Promise<readonly string[]> {
    return this.sweeps.probeIds(subject, limit);
  }

  findIds(tenantId: TenantId, ids: readonly string[]): Promise<readonly string[]> {
    return this.sweeps.findIds(tenantId, ids);
  }

  // What is older than the newest of a session goes anyway, and is not sent.
  private async appendToSession(turns: readonly TurnReceived[], times: Times): Promise<void> {
    const { turnsMax } = this.options;
    const entries = turns.map((turn) => ({ turn, entry: turnEntryOf(turn) }));
    const newest = entries.sort((one, other) => (one.entry < other.entry ? -1 : 1)).slice(-turnsMax);
    const bodies = newest.flatMap(({ turn, entry }) => [turn.turnId, entry, JSON.stringify(turn)]);
    const session = turns[0] as TurnReceived;
    const given = { ...namedBy(session), turnsMax, ...times };
    await this.run(APPEND_TURNS, session.tenantId, { given, bodies });
  }

  private async write(session: SessionName, drafts: readonly Draft[]): Promise<StateOutcome> {
    const { documentsMax } = this.options;
    const writes = drafts.map(({ document: _, ...write }) => write);
    const bodies = drafts.map(({ document }) => JSON.stringify(document));
    const given = { ...namedBy(session), writes, documentsMax, ...this.times() };
    const answer = (await this.run(WRITE_DOCUMENTS, session.tenantId, { given, bodies })) as readonly [Answer, string];
    return outcomeOf(answer, documentsMax);
  }

  private run(script: Script, tenantId: TenantId, { given, bodies = [] }: ScriptInput): Promise<unknown> {
    const root = this.shards.rootOf(tenantId);
    return this.connection.run(script, { root, given: { ...given, tenant: tenantId }, bodies });
  }

  private times(): Times {
    return { nowMs: this.options.clock.nowMs(), ttlMs: this.options.ttlMs, unnotedMs: UNNOTED_MS };
  }
}

interface ScriptInput {
  readonly given: Readonly<Record<string, unknown>>;
  readonly bodies?: readonly string[];
}

interface Times {
  readonly nowMs: number;
  readonly ttlMs: number;
  readonly unnotedMs: number;
}

/** One document on its way, and what is asked of what it replaces. */
interface Draft {
  readonly document: SessionDocument;
  readonly place: string;
  readonly entry: string;
  readonly epoch: number;
  readonly revision: number;
  readonly [asked: string]: unknown;
}

type Answer = StateOutcome['state'] | 'full';

function draftOf(kind: DocumentKind, document: SessionDocument): Draft {
  const { epoch, revision } = document;
  return { document, place: placeOf(kind, document), entry: documentEntryOf(document), epoch, revision };
}

function stateDraft(kind: SessionStateKind, { document, expectedRevision, writer }: Omit<StateWrite, 'kind'>): Draft {
  return { ...draftOf(kind, document), expected: expectedRevision, writer: writer && writingScope(writer, document) };
}

// A writer of another tenant may read nothing here.
function writingScope(writer: ReadScope, { tenantId }: SessionDocument) {
  const wanted = wantedBy(writer);
  return writer.tenantId === tenantId ? wanted : { ...wanted, audiences: [] };
}

function outcomeOf([state, revision]: readonly [Answer, string], documentsMax: number): StateOutcome {
  if (state === 'conflict') return { state, revision: Number(revision) };
  if (state !== 'full') return { state };
  throw new LimitExceeded('this session has too many states and hand-offs', { limit: `documentsMax=${documentsMax}` });
}

/** The engine gives the newest first. */
function turnsOf(bodies: unknown): readonly TurnReceived[] {
  return (bodies as readonly unknown[]).flatMap((body) => parsed<TurnReceived>(body) ?? []).reverse();
}

function parsed<T>(body: unknown): T | undefined {
  return typeof body === 'string' ? (JSON.parse(body) as T) : undefined;
}
