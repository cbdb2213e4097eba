import { type SubjectId, type TenantId, TOPICS, TurnContent } from '@mneme/events';
import {
  Forbidden,
  instantOf,
  InvalidInput,
  mayRead,
  type Operator,
  partitionOf,
  type Principal,
  type ReadScope,
  readScopeOf,
  requireRight,
  unseal,
} from '@mneme/domain';
import type { EventLog } from '@mneme/ports';
import { type AuthGuard, decisionKeyOf, type Keyring, parsedJson, type SubjectAccess } from '@mneme/platform';
import type { ListQuarantineRequest, ListQuarantineResponse, QuarantinedTurn } from '@mneme/proto';
import { placeIdOf, placeOf, readable, UNREADABLE } from '../log-pages.js';
import { type HeldTurn, type QuarantineTopic, type SubjectOffsets } from './quarantine-topic.js';

const PAGE_DEFAULT = 50;
export const QUARANTINE_PAGE_MAX = 200;
const RETENTION_MS = TOPICS.quarantine.retention.retentionMs;

export interface ListQuarantinePorts {
  readonly log: EventLog;
  readonly topic: QuarantineTopic;
  readonly keyring: Keyring;
  readonly guard: AuthGuard;
}

type Caller = Principal | Operator;
/** What the caller may read of a user; absent: no text. */
type Reading = { readonly scope?: ReadScope; readonly subjectId?: SubjectId };

/** Shows what is held and why; a text only to whom could recall it. */
export class ListQuarantine {
  constructor(private readonly ports: ListQuarantinePorts) {}

  /** @throws Forbidden; InvalidInput naming the field. */
  async list(caller: Caller, tenantId: TenantId, request: ListQuarantineRequest): Promise<ListQuarantineResponse> {
    const { log, topic } = this.ports;
    const reading = await this.readingOf(caller, request);
    const { subjectId } = reading;
    const own = subjectId === undefined ? undefined : partitionOf(subjectId, log.partitionCount);
    const start = { partition: own ?? 0, offset: 0 };
    const from = request.cursor === undefined ? start : placeOf(request.cursor, 'cursor', log.partitionCount);
    const partitionsEnd = own === undefined ? log.partitionCount : own + 1;
    const limit = pageSizeOf(request.pageSize);
    const { found: held, unreadable, next } = await topic.page(tenantId, { from, limit, subjectId, partitionsEnd });
    const views = await this.viewsOf(tenantId, held, { reading, withDecided: request.withDecided });
    const turns = views.filter((view) => view !== UNREADABLE);
    const unreadableCount = unreadable + views.length - turns.length;
    return { turns, nextCursor: next === undefined ? undefined : placeIdOf(next), unreadableCount };
  }

  private async readingOf(caller: Caller, { userId, withText }: ListQuarantineRequest): Promise<Reading> {
    if ('operator' in caller) {
      if (userId === undefined && !withText) return {};
      throw new Forbidden('the operator key reads no memory: list without a user', { field: 'userId' });
    }
    const subjectId = userId === undefined ? undefined : await this.ports.guard.subjectFor(caller, userId);
    if (!withText) return subjectId === undefined ? {} : { subjectId };
    if (subjectId === undefined) throw new InvalidInput('texts are shown of one user: name it', { field: 'userId' });
    requireRight(caller, 'recall');
    return { subjectId, scope: readScopeOf(caller, subjectId) };
  }

  private async viewsOf(
    tenantId: TenantId,
    held: readonly HeldTurn[],
    { reading, withDecided }: { readonly reading: Reading; readonly withDecided: boolean },
  ): Promise<(QuarantinedTurn | typeof UNREADABLE)[]> {
    const subjects = [...new Set(held.map(({ event }) => event.subjectId))];
    const accesses = await this.ports.keyring.openFresh(tenantId, subjects);
    const offsets = new Map<SubjectId, SubjectOffsets>();
    for (const subjectId of subjects) offsets.set(subjectId, await this.ports.topic.offsetsOf(tenantId, subjectId));
    const views: (QuarantinedTurn | typeof UNREADABLE)[] = [];
    for (const one of held) {
      const ofSubject = offsets.get(one.event.subjectId);
      const decidedAt = ofSubject?.get(decisionKeyOf(one.event.turnId));
      // A turn that was published twice lies here twice; the first stands for both.
      if (ofSubject?.get(one.event.turnId) !== one.offset || (decidedAt !== undefined && !withDecided)) continue;
      const decision =
        decidedAt === undefined
          ? undefined
          : await this.ports.topic.decisionAt({ partition: one.partition, offset: decidedAt });
      const access = accesses.get(one.event.subjectId);
      const text = readable(() => textOf(one, access, reading.scope));
      if (decision === UNREADABLE || text === UNREADABLE) {
        views.push(UNREADABLE);
        continue;
      }
      const { decision: way, decidedBy, decidedAt: at } = decision ?? {};
      views.push({ ...viewOf(one, isOpen(one, access)), decision: way, decidedBy, decidedAt: at, text });
    }
    return views;
  }
}

function viewOf(one: HeldTurn, open: boolean): QuarantinedTurn {
  const { turnId, subjectId, reasons, recordedAt, turn } = one.event;
  const { role, sourceClass, agentId, occurredAt } = turn;
  return {
    quarantineId: placeIdOf(one),
    turnId,
    subjectId,
    reasons: [...reasons],
    role,
    sourceClass,
    agentId,
    occurredAt,
    recordedAt: instantOf(Math.floor(recordedAt / 1_000)),
    goneBy: instantOf(one.appendedAtMs + RETENTION_MS),
    erased: !open,
  };
}

function isOpen({ event }: HeldTurn, access: SubjectAccess | undefined): boolean {
  return access?.state === 'open' && access.epoch === event.epoch;
}

function textOf(one: HeldTurn, access: SubjectAccess | undefined, scope: ReadScope | undefined): string | undefined {
  const { turn } = one.event;
  if (scope === undefined || access?.state !== 'open' || !isOpen(one, access)) return undefined;
  if (!mayRead(scope, turn) || turn.trust < scope.minTrust) return undefined;
  const context = { ...turn, recordId: turn.turnId, version: turn.recordedAt };
  return parsedJson(TurnContent, unseal(access.keys, context, turn.sealed)).content;
}

function pageSizeOf(pageSize = PAGE_DEFAULT): number {
  if (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= QUARANTINE_PAGE_MAX) return pageSize;
  const limit = `pageSizeMax=${QUARANTINE_PAGE_MAX}`;
  throw new InvalidInput('a page has 1 to 200 turns', { field: 'pageSize', limit, sent: String(pageSize) });
}
