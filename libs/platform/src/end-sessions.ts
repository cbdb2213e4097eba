import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  SESSION_TURNS_MAX,
  type SessionEnded,
  type SessionKey,
  type SubjectId,
  type TenantId,
  TOPICS,
  type TurnReceived,
} from '@mneme/events';
import {
  Conflict,
  type DataKeys,
  keyedHash,
  LimitExceeded,
  partitionOf,
  sessionEndIdOf,
  subjectRef,
  Unavailable,
} from '@mneme/domain';
import type { AcceptedTurns, EventLog, ReservedTurn, SessionEnds, TurnPosition } from '@mneme/ports';
import type { Keyring } from './keyring.js';
import type { Logger } from './logger.js';
import { encodeReadToken } from './read-token.js';
import type { TurnOrder } from './turn-order.js';

export interface EndSessionsPorts {
  readonly sessionEnds: SessionEnds;
  readonly keyring: Keyring;
  readonly acceptedTurns: AcceptedTurns;
  readonly log: EventLog;
  readonly order: TurnOrder;
  readonly logger: Logger;
}

export interface SessionName {
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  readonly sessionKey: SessionKey;
}

export type EndedSession =
  /** The log has the end; a read that waits for `token` finds the summary, unless the session has nothing to sum up. */
  | { readonly state: 'ended'; readonly token: string; readonly turnCount: number }
  /** There is no turn of it any more, or none yet. */
  | { readonly state: 'empty' }
  /** Its subject is fenced. */
  | { readonly state: 'erased' };

export const ENDS_MAX = 100;
const ENDS_WAITING_MAX = 10_000;

/**
 * Ends sessions on `turns`: the one way for the API and for the sweep of idle ones. An end is named by the session and the
 * turn of it that was recorded last, and accepted like a turn: the same end again changes nothing, whoever gives it.
 */
export class EndSessions {
  private waiting = 0;

  constructor(private readonly ports: EndSessionsPorts) {}

  /**
   * Answers in the order given; durable when it resolves.
   * @throws LimitExceeded for more than `ENDS_MAX`; Unavailable when it can be sent again.
   */
  async end(sessions: readonly SessionName[]): Promise<readonly EndedSession[]> {
    refuseTooMany(sessions.length);
    if (this.waiting + sessions.length > ENDS_WAITING_MAX) {
      const detail = { limit: `endsWaitingMax=${ENDS_WAITING_MAX}`, sent: `${sessions.length} sessions` };
      throw new Unavailable('too many ends of sessions are waiting to be written; send them again later', detail);
    }
    this.waiting += sessions.length;
    try {
      // The session store gets what was accepted after the answer.
      await this.ports.order.settled();
      const prepared: Prepared[] = [];
      for (const session of sessions) {
        prepared.push(await this.prepare(session));
        // Requests are served in between: a store may answer without having waited for anything.
        await nextTurn();
      }
      return await this.ports.order.write(() => this.commit(prepared));
    } finally {
      this.waiting -= sessions.length;
    }
  }

  private async prepare(session: SessionName): Promise<Prepared> {
    const { tenantId, subjectId, sessionKey } = session;
    const access = (await this.ports.keyring.open(tenantId, [subjectId])).get(subjectId);
    if (access?.state !== 'open') return { state: 'erased' };
    const { epoch, keys } = access;
    const subject = subjectRef(tenantId, subjectId);
    const turns = await this.ports.sessionEnds.turnsOf(subject, sessionKey, SESSION_TURNS_MAX);
    const present = turns.filter((turn) => turn.epoch === epoch);
    const last = lastRecordedOf(present);
    if (last === undefined) return { state: 'empty' };
    const named = { tenantId, subjectId, sessionKey };
    const endId = sessionEndIdOf(named, last.turnId);
    const turnIds = present.map(({ turnId }) => turnId);
    const event: Unrecorded = { type: 'session-ended', v: 1, ...named, epoch, endId, turnIds };
    const { recordedAt: lastRecordedAt } = last;
    return { state: 'prepared', event, lastRecordedAt, fingerprint: fingerprintOf(keys, event) };
  }

  private async commit(prepared: readonly Prepared[]): Promise<readonly EndedSession[]> {
    const { acceptedTurns, order } = this.ports;
    const ends = prepared.filter((one) => one.state === 'prepared');
    // Another process may have accepted the turns of a session, by a clock that is ahead of this one.
    for (const { lastRecordedAt } of ends) order.recordedClock.raiseTo(lastRecordedAt);
    const reserved = await acceptedTurns.reserve(
      ends.map(({ event: { endId: turnId, tenantId, subjectId, epoch }, fingerprint }) => {
        return { turnId, tenantId, subjectId, epoch, fingerprint, recordedAt: order.recordedClock.next() };
      }),
    );
    const positions = await this.append(ends, reserved);
    return prepared.map((one): EndedSession => {
      if (one.state !== 'prepared') return one;
      const { endId, turnIds } = one.event;
      const { partition, offset } = positions.get(endId) as TurnPosition;
      const token = encodeReadToken({ offsets: new Map([[partition, offset + 1]]), turnIds: [endId] });
      return { state: 'ended', token, turnCount: turnIds.length };
    });
  }

  /** Publishes what the log does not have yet, each end once. */
  private async append(ends: readonly PreparedEnd[], reserved: readonly ReservedTurn[]) {
    const positions = new Map<SessionEnded['endId'], TurnPosition>();
    const missing = new Map<SessionEnded['endId'], SessionEnded>();
    ends.forEach(({ event }, i) => {
      const one = reserved[i];
      if (one === undefined || one.state === 'conflict') throw new Conflict('the end of a session has another cause');
      if (one.state === 'repeat' && one.position !== undefined) positions.set(event.endId, one.position);
      else if (!missing.has(event.endId)) missing.set(event.endId, { ...event, recordedAt: one.recordedAt });
    });
    if (missing.size === 0) return positions;
    const { log, acceptedTurns, logger } = this.ports;
    const events = [...missing.values()];
    const appended = await log.append(events.map((event) => this.appendOf(event)));
    const marks = events.map(({ endId, recordedAt }, i) => {
      const { partition = 0, offset = 0 } = appended[i] ?? {};
      positions.set(endId, { partition, offset });
      return { turnId: endId, recordedAt, partition, offset };
    });
    // The log has the ends: without its mark a repeat is published again, and decided alike.
    await acceptedTurns.mark(marks).catch((error: unknown) => {
      logger.warn('ends of sessions could not be marked', { error });
    });
    return positions;
  }

  private appendOf(event: SessionEnded) {
    const { subjectId, endId: key } = event;
    const partition = partitionOf(subjectId, this.ports.log.partitionCount);
    return { topic: TOPICS.turns.name, partition, key, value: JSON.stringify(event), subjectId };
  }
}

type Unrecorded = Omit<SessionEnded, 'recordedAt'>;

interface PreparedEnd {
  readonly state: 'prepared';
  readonly event: Unrecorded;
  /** Of the session's last turn. */
  readonly lastRecordedAt: number;
  readonly fingerprint: string;
}

type Prepared = PreparedEnd | Exclude<EndedSession, { readonly state: 'ended' }>;

function lastRecordedOf(turns: readonly TurnReceived[]): TurnReceived | undefined {
  return turns.reduce<TurnReceived | undefined>(
    (last, turn) => (last === undefined || turn.recordedAt > last.recordedAt ? turn : last),
    undefined,
  );
}

/** The turns before the last are no part of it: an end is the same although one of them was trimmed meanwhile. */
function fingerprintOf(keys: DataKeys, { endId }: Unrecorded): string {
  return keyedHash(keys.fingerprint, endId);
}

function refuseTooMany(count: number): void {
  if (count <= ENDS_MAX) return;
  const detail = { field: 'sessions', limit: `endsMax=${ENDS_MAX}`, sent: String(count) };
  throw new LimitExceeded('these are more sessions than the limit', detail);
}
