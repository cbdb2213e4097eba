import { MemoryId, TurnContent } from '@mneme/events';
import {
  InvalidInput,
  type Limits,
  limitsFor,
  NotFound,
  type Principal,
  sessionKeyOf,
  instantOf,
  mayRead,
  unseal,
} from '@mneme/domain';
import type { Catalogue, Clock, SessionStore } from '@mneme/ports';
import { type AuthGuard, type Keyring, parsedJson } from '@mneme/platform';
import type { GetSessionResponse, ListMemoriesResponse, Memory, SessionTurn } from '@mneme/proto';
import { decodeCursor, encodeCursor } from './cursor.js';
import { memoryFilterOf, type RequestedFilter } from './filters.js';
import { type MemoryOpener, memoryView } from './memory-view.js';
import { readCount } from './recall-input.js';
import { readerOf } from './reader.js';
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
    const field = 'session';
    if (request.session === '') throw new InvalidInput('a session has a name', { field });
    const { scope, subjectId, indexKeys, tenantId, tenant } = await readerOf(this.ports, principal, request.userId);
    const max = limitsFor(this.limits, tenant.policy.limits).sessionTurnsMax;
    const turnsWanted = request.limit ?? Math.min(DEFAULT_TURNS, max);
    const limit = readCount(turnsWanted, { field: 'limit', limit: 'sessionTurnsMax', max });
    const sessionKey = sessionKeyOf(indexKeys, subjectId, request.session);
    const turns = await this.ports.sessionStore.lastTurns(scope, sessionKey, limit);
    const subjects = [...new Set(turns.map((turn) => turn.subjectId))];
    const accesses = await this.ports.keyring.openFresh(tenantId, subjects);
    const readable = turns.flatMap((turn): SessionTurn[] => {
      const access = accesses.get(turn.subjectId);
      if (access?.state !== 'open' || access.epoch !== turn.epoch || !mayRead(scope, turn)) return [];
      const text = unseal(access.keys, { ...turn, recordId: turn.turnId, version: turn.recordedAt }, turn.sealed);
      const { content, toolCalls = [], speakerName } = parsedJson(TurnContent, text);
      const { turnId, role, occurredAt } = turn;
      const recordedAt = instantOf(Math.floor(turn.recordedAt / 1000));
      return [{ turnId, role, content, toolCalls, speakerName, occurredAt, recordedAt }];
    });
    return { turns: readable };
  }
}
