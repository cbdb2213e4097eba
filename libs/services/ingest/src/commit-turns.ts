import { TOPICS, type TurnId, type TurnReceived } from '@mneme/events';
import { Conflict, partitionOf, Unavailable } from '@mneme/domain';
import type { AcceptedTurns, Clock, EventLog, LogAppend, ReservedTurn, TurnPosition } from '@mneme/ports';
import type { Logger, RecordedClock } from '@mneme/platform';
import type { Outcome } from './commit-queue.js';
import type { PreparedRequest, PreparedTurn } from './prepared-request.js';
import { turnEventOf } from './turn-event.js';

export interface Committed {
  /** Where the turns of the request are, in its order. */
  readonly positions: readonly TurnPosition[];
  /** What went to the log now. */
  readonly events: readonly TurnReceived[];
  readonly repeatedCount: number;
}

export interface CommitPorts {
  readonly acceptedTurns: AcceptedTurns;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly recordedClock: RecordedClock;
  readonly logger: Logger;
}

interface Entry {
  readonly request: PreparedRequest;
  readonly turn: PreparedTurn;
  readonly reserved: Exclude<ReservedTurn, { state: 'conflict' }>;
}

interface Append {
  readonly request: PreparedRequest;
  readonly event: TurnReceived;
  readonly append: LogAppend;
}

/**
 * Reserve → append → mark, for a group of requests. Never called twice at a time: it hands out the instants. A request
 * that conflicts is refused alone, with nothing of it reserved or published.
 */
export class CommitTurns {
  constructor(
    private readonly ports: CommitPorts,
    private readonly limits: { readonly waitingMsMax: number },
  ) {}

  async commit(requests: readonly PreparedRequest[]): Promise<readonly Outcome<Committed>[]> {
    const latestMs = this.ports.clock.nowMs() - this.limits.waitingMsMax;
    const fresh = requests.filter(({ preparedAtMs }) => preparedAtMs >= latestMs);
    const outcomes = new Map<PreparedRequest, Outcome<Committed>>();
    const committed = await this.commitGroup(fresh);
    fresh.forEach((request, i) => outcomes.set(request, committed[i] as Outcome<Committed>));
    return requests.map((request) => outcomes.get(request) ?? { ok: false, error: this.tooLate() });
  }

  private async commitGroup(requests: readonly PreparedRequest[]): Promise<readonly Outcome<Committed>[]> {
    if (requests.length === 0) return [];
    const reserved = await this.reserve(requests);
    const conflict = reserved.findIndex(({ state }) => state === 'conflict');
    if (conflict >= 0) {
      return requests.length === 1 ? [{ ok: false, error: conflictAt(conflict) }] : this.oneByOne(requests);
    }
    const entries = entriesOf(requests, reserved);
    const appends = this.appendsOf(entries);
    const positions = await this.append(appends, entries);
    return requests.map((request) => ({ ok: true, answer: committedOf(request, { entries, appends, positions }) }));
  }

  private async oneByOne(requests: readonly PreparedRequest[]): Promise<readonly Outcome<Committed>[]> {
    const outcomes: Outcome<Committed>[] = [];
    for (const request of requests) {
      const [outcome] = await this.commitGroup([request]).catch((error: unknown) => [{ ok: false as const, error }]);
      outcomes.push(outcome as Outcome<Committed>);
    }
    return outcomes;
  }

  private reserve(requests: readonly PreparedRequest[]): Promise<readonly ReservedTurn[]> {
    const { acceptedTurns, recordedClock } = this.ports;
    return acceptedTurns.reserve(
      requests.flatMap(({ principal: { tenantId }, turns }) =>
        turns.map(({ turnId, subjectId, epoch, fingerprint }) => {
          return { turnId, tenantId, subjectId, epoch, fingerprint, recordedAt: recordedClock.next() };
        }),
      ),
    );
  }

  /** What the log does not have yet, each turn once; a reservation without a position was left by a crash or a failure. */
  private appendsOf(entries: readonly Entry[]): readonly Append[] {
    const { partitionCount } = this.ports.log;
    const taken = new Set<TurnId>();
    const appends: Append[] = [];
    for (const { request, turn, reserved } of entries) {
      if (positionOf(reserved) !== undefined || taken.has(turn.turnId)) continue;
      taken.add(turn.turnId);
      const event = turnEventOf(request, turn, reserved.recordedAt);
      const { turnId: key, subjectId } = turn;
      const partition = partitionOf(subjectId, partitionCount);
      const append = { topic: TOPICS.turns.name, partition, key, value: JSON.stringify(event), subjectId };
      appends.push({ request, event, append });
    }
    return appends;
  }

  private async append(
    appends: readonly Append[],
    entries: readonly Entry[],
  ): Promise<ReadonlyMap<TurnId, TurnPosition>> {
    const positions = new Map<TurnId, TurnPosition>();
    for (const { turn, reserved } of entries) {
      const known = positionOf(reserved);
      if (known !== undefined) positions.set(turn.turnId, known);
    }
    if (appends.length === 0) return positions;
    const appended = await this.ports.log.append(appends.map(({ append }) => append));
    const marks = appends.map(({ event: { turnId, recordedAt } }, i) => {
      const { partition = 0, offset = 0 } = appended[i] ?? {};
      positions.set(turnId, { partition, offset });
      return { turnId, recordedAt, partition, offset };
    });
    // The log has the turns: a mark that fails costs no more than that a repeat publishes the same bytes again.
    await this.ports.acceptedTurns.mark(marks).catch((error: unknown) => {
      this.ports.logger.warn('accepted turns could not be marked', { error });
    });
    return positions;
  }

  private tooLate(): Unavailable {
    const detail = { limit: `waitingMsMax=${this.limits.waitingMsMax}` };
    return new Unavailable('the request waited too long to be written; send it again', detail);
  }
}

function positionOf(reserved: Entry['reserved']): TurnPosition | undefined {
  return reserved.state === 'repeat' ? reserved.position : undefined;
}

function entriesOf(requests: readonly PreparedRequest[], reserved: readonly ReservedTurn[]): readonly Entry[] {
  let next = 0;
  return requests.flatMap((request) =>
    request.turns.map((turn) => ({ request, turn, reserved: reserved[next++] as Entry['reserved'] })),
  );
}

interface Written {
  readonly entries: readonly Entry[];
  readonly appends: readonly Append[];
  readonly positions: ReadonlyMap<TurnId, TurnPosition>;
}

function committedOf(request: PreparedRequest, { entries, appends, positions }: Written): Committed {
  const own = entries.filter((entry) => entry.request === request);
  return {
    positions: request.turns.map(({ turnId }) => positions.get(turnId) as TurnPosition),
    events: appends.filter((append) => append.request === request).map(({ event }) => event),
    repeatedCount: own.filter(({ reserved }) => reserved.state === 'repeat').length,
  };
}

function conflictAt(index: number): Conflict {
  const field = `turns[${index}].idempotencyKey`;
  return new Conflict('this idempotency key was used before for another turn', { field, index });
}
