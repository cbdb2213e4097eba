import { MemoryId } from '@mneme/events';
import { InvalidInput, type Limits, limitsFor, NotFound, type Principal, sessionKeyOf } from '@mneme/domain';
import type { Catalogue, Clock, SessionStore } from '@mneme/ports';
import type { AuthGuard, Keyring } from '@mneme/platform';
import type { GetSessionResponse, ListMemoriesResponse, Memory } from '@mneme/proto';
import { decodeCursor, encodeCursor } from './cursor.js';
import { memoryFilterOf, type RequestedFilter } from './filters.js';
import { type MemoryOpener, memoryView } from './memory-view.js';
import { readCount } from './recall-input.js';
import { type Reader, readerOf } from './reader.js';
import { type OpenedSession, openSession, type WantedSession } from './sessions/open-session.js';
import { readSessionName } from './sessions/session-input.js';
import { openTurns, turnView } from './session-turns.js';
import type { RequestedWait, WaitFor } from './wait-for.js';

export interface ReadPorts {
  readonly guard: AuthGuard;
  readonly keyring: Keyring;
  readonly catalogue: Catalogue;
  readonly sessionStore: SessionStore;
  readonly clock: Clock;
  readonly opener: MemoryOpener;
  readonly waitFor: WaitFor;
}

export interface RequestedList {
  readonly userId?: string | undefined;
  readonly filters: readonly RequestedFilter[];
  readonly pageSize?: number | undefined;
  readonly cursor?: string | undefined;
  readonly waitFor?: RequestedWait | undefined;
}

export interface RequestedSession {
  readonly session: string;
  readonly userId?: string | undefined;
  readonly limit?: number | undefined;
}

const DEFAULT_PAGE = 50;
const DEFAULT_TURNS = 20;

/** Reads that need no similarity: by id, page by page, and a session's last turns. */
export class ReadMemories {
  constructor(
    private readonly ports: ReadPorts,
    private readonly limits: Limits,
  ) {}

  /** @throws NotFound for an id that does not exist, is not readable, has expired or was erased: all alike. */
  async get(principal: Principal, memoryId: string, userId: string | undefined): Promise<Memory> {
    const id = MemoryId.safeParse(memoryId);
    if (!id.success) throw new InvalidInput('a memory id is a uuid', { field: 'memoryId' });
    const { scope } = await readerOf(this.ports, principal, userId);
    const rows = await this.ports.catalogue.get(scope, [id.data]);
    const [opened] = await this.ports.opener.open(scope, rows);
    const expired = (opened?.row.expiresAtMs ?? Infinity) <= this.ports.clock.nowMs();
    if (opened?.state !== 'opened' || expired) throw new NotFound('there is no such memory', { field: 'memoryId' });
    return memoryView(opened.row, opened.content);
  }

  /** A page, newest first; pages do not repeat or skip a memory that stays. */
  async list(principal: Principal, request: RequestedList): Promise<ListMemoriesResponse> {
    const { ports } = this;
    const { scope, subjectId, indexKeys, tenant } = await readerOf(ports, principal, request.userId);
    const limits = limitsFor(this.limits, tenant.policy.limits);
    const max = limits.pageSizeMax;
    const size = request.pageSize ?? Math.min(DEFAULT_PAGE, max);
    const limit = readCount(size, { field: 'pageSize', limit: 'pageSizeMax', max });
    const after = request.cursor === undefined ? undefined : decodeCursor(request.cursor);
    const filter = memoryFilterOf(request.filters, { limits, indexKeys, subjectId });
    const freshness = await ports.waitFor.wait(request.waitFor);
    const page = { filter, limit, nowMs: ports.clock.nowMs(), ...(after === undefined ? {} : { after }) };
    const rows = await ports.catalogue.list(scope, page);
    const opened = await ports.opener.open(scope, rows);
    const last = rows.at(-1);
    return {
      memories: opened.flatMap((row) => (row.state === 'opened' ? [memoryView(row.row, row.content)] : [])),
      nextCursor: rows.length === limit && last !== undefined ? encodeCursor(last) : undefined,
      freshness: freshness.state,
    };
  }

  /** The last turns of one conversation, oldest first; empty once it is over 24 h old. */
  async session(principal: Principal, request: RequestedSession): Promise<GetSessionResponse> {
    const reader = await readerOf(this.ports, principal, request.userId);
    const { scope, sessionKey, turnsMax } = this.wantedOf(reader, request);
    const turns = await this.ports.sessionStore.lastTurns(scope, sessionKey, turnsMax);
    return { turns: (await openTurns(this.ports.keyring, reader, turns)).map(turnView) };
  }

  /** What an agent goes on with: the last turns, the task, and what was left for the caller. */
  async openedSession(reader: Reader, request: Omit<RequestedSession, 'userId'>): Promise<OpenedSession> {
    return openSession(this.ports, this.wantedOf(reader, request));
  }

  private wantedOf(reader: Reader, request: Omit<RequestedSession, 'userId'>): WantedSession {
    const session = readSessionName(request.session, this.limits);
    const { scope, subjectId, access, indexKeys, tenant } = reader;
    const max = limitsFor(this.limits, tenant.policy.limits).sessionTurnsMax;
    const turnsWanted = request.limit ?? Math.min(DEFAULT_TURNS, max);
    const turnsMax = readCount(turnsWanted, { field: 'limit', limit: 'sessionTurnsMax', max });
    const sessionKey = sessionKeyOf(indexKeys, subjectId, session);
    return { scope, subjectId, access, sessionKey, turnsMax };
  }
}
