import { type BudgetMeter, encodeReadToken, type Metrics, type TurnOrder } from '@mneme/platform';
import type { TurnPosition } from '@mneme/ports';
import type { Principal } from '@mneme/domain';
import { CommitQueue } from './commit-queue.js';
import { type Committed, CommitTurns, type CommitPorts } from './commit-turns.js';
import type { IngestConfig } from './ingest.config.js';
import type { PreparedRequest } from './prepared-request.js';
import { type PreparePorts, PrepareTurns } from './prepare-turns.js';
import type { SessionWriter } from './session-writer.js';
import { usageOf } from './tenant-limits.js';

/** The answer to a request; the log has its turns. */
export interface AcceptedRequest {
  readonly turnIds: string[];
  readonly token: string;
  readonly idempotencyKey: string;
  readonly repeatedCount: number;
}

export interface AcceptPorts extends PreparePorts, Omit<CommitPorts, 'recordedClock'> {
  readonly order: TurnOrder;
  readonly sessionWriter: SessionWriter;
  readonly metrics: Metrics;
  readonly budgets: BudgetMeter;
}

/** Takes turns in: all of a request or nothing, and durable when it answers. */
export class AcceptTurns {
  private readonly prepareTurns: PrepareTurns;
  private readonly queue: CommitQueue<PreparedRequest, Committed>;

  constructor(
    private readonly ports: AcceptPorts,
    private readonly config: IngestConfig,
  ) {
    this.prepareTurns = new PrepareTurns(ports, config.limits);
    const commitTurns = new CommitTurns({ ...ports, recordedClock: ports.order.recordedClock }, config);
    const { commitTurnsMax, waitingTurnsMax } = config;
    this.queue = new CommitQueue((requests) => ports.order.write(() => commitTurns.commit(requests)), {
      groupTurnsMax: commitTurnsMax,
      waitingTurnsMax,
    });
  }

  /** Learns which instants were given out before; the first commit waits for it. Tried again when it fails. */
  start(): Promise<void> {
    return this.ports.order.start();
  }

  /** Answers what waits; the session store gets what it can. */
  async stop(): Promise<void> {
    await this.queue.idle();
    await this.ports.sessionWriter.idle();
  }

  /**
   * @throws InvalidInput, LimitExceeded, Forbidden or Conflict with the index of the turn that refuses its request;
   * Unavailable when it can be sent again. Nothing of a refused request was written, but for reservations when the log
   * failed: they make the next attempt give the same answer.
   */
  async accept(principal: Principal, request: unknown): Promise<AcceptedRequest> {
    return this.commit(await this.prepare(principal, request));
  }

  /** Checks a request and writes nothing but users never seen. */
  async prepare(principal: Principal, request: unknown): Promise<PreparedRequest> {
    await this.ports.budgets.open(principal.tenantId);
    return this.prepareTurns.prepare(principal, request);
  }

  /**
   * Writes a prepared request; requests are written in the order of the calls.
   * @throws LimitExceeded `budget-spent`, also for turns that were taken before.
   */
  async commit(request: PreparedRequest): Promise<AcceptedRequest> {
    const { metrics, sessionWriter } = this.ports;
    const startedMs = performance.now();
    const { positions, events, repeatedCount } = await this.withinBudget(request);
    sessionWriter.offer(events);
    metrics.increment('mneme_turns_accepted_total', {}, request.turns.length - repeatedCount);
    metrics.increment('mneme_turns_repeated_total', {}, repeatedCount);
    metrics.observe('mneme_accept_ms', performance.now() - startedMs);
    const turnIds = request.turns.map(({ turnId }) => turnId);
    const token = encodeReadToken({ offsets: nextOffsetsOf(positions), turnIds });
    return { turnIds, token, idempotencyKey: request.idempotencyKey, repeatedCount };
  }

  /** Counted before the write, and taken back for what it did not publish. */
  private async withinBudget(request: PreparedRequest): Promise<Committed> {
    const { budgets } = this.ports;
    const spent = budgets.spend(request.principal.tenantId, usageOf(request.turns), request.budgets);
    try {
      const committed = await this.queue.submit(request, request.turns.length);
      if (committed.events.length < request.turns.length) {
        const published = new Set(committed.events.map(({ turnId }) => turnId));
        budgets.giveBack(spent, usageOf(request.turns.filter(({ turnId }) => !published.has(turnId))));
      }
      return committed;
    } catch (error) {
      budgets.giveBack(spent);
      throw error;
    }
  }
}

function nextOffsetsOf(positions: readonly TurnPosition[]): ReadonlyMap<number, number> {
  const offsets = new Map<number, number>();
  for (const { partition, offset } of positions) {
    offsets.set(partition, Math.max(offsets.get(partition) ?? 0, offset + 1));
  }
  return offsets;
}
