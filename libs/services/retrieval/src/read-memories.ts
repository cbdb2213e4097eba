import { MemoryId } from '@mneme/events';
import { InvalidInput, type Limits, limitsFor, NotFound, type Principal, sessionKeyOf, instantOf } from '@mneme/domain';
import type { Catalogue, Clock, SessionStore } from '@mneme/ports';
import type { AuthGuard, Keyring } from '@mneme/platform';
import type { GetSessionResponse, ListMemoriesResponse, Memory, SessionTurn } from '@mneme/proto';
import { decodeCursor, encodeCursor } from './cursor.js';
import { memoryFilterOf, type RequestedFilter } from './filters.js';
import { type MemoryOpener, memoryView } from './memory-view.js';
import { readCount } from './recall-input.js';
import { type Reader, readerOf } from './reader.js';
import { type OpenedTurn, openTurns } from './session-turns.js';
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
    return this.sessionOf(await readerOf(this.ports, principal, request.userId), request);
  }

  /** The same for a reader that is there already. */
  async sessionOf(reader: Reader, request: Omit<RequestedSession, 'userId'>): Promise<GetSessionResponse> {
    if (request.session === '') throw new InvalidInput('a session has a name', { field: 'session' });
    const { subjectId, indexKeys, tenant } = reader;
    const max = limitsFor(this.limits, tenant.policy.limits).sessionTurnsMax;
    const turnsWanted = request.limit ?? Math.min(DEFAULT_TURNS, max);
    const limit = readCount(turnsWanted, { field: 'limit', limit: 'sessionTurnsMax', max });
    const sessionKey = sessionKeyOf(indexKeys, subjectId, request.session);
    const opened = await openTurns(this.ports, reader, { sessionKey, limit });
    return { turns: opened.map(turnView) };
  }
}

function turnView({ turn, content: { content, toolCalls = [], speakerName } }: OpenedTurn): SessionTurn {
  const { turnId, role, occurredAt } = turn;
  const recordedAt = instantOf(Math.floor(turn.recordedAt / 1000));
  return { turnId, role, content, toolCalls, speakerName, occurredAt, recordedAt };
}
