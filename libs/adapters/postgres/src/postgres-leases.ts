import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMemoryError } from '@mneme/domain';
import type { Lease, LeaseOptions, Leases } from '@mneme/ports';
import type { Database } from './database.js';
import { statementsOf } from './statements.js';

export interface LeaseLimits {
  /** How long a holder that is not heard of keeps its lease. */
  readonly ttlMs: number;
  readonly renewEveryMs: number;
  /** By how much sooner than the server a holder takes its lease for lost. */
  readonly marginMs: number;
  /** How often one that waits asks again. */
  readonly askEveryMs: number;
}

export const DEFAULT_LEASE_LIMITS: LeaseLimits = {
  ttlMs: 30_000,
  renewEveryMs: 5_000,
  marginMs: 5_000,
  askEveryMs: 1_000,
};

/** A row a lease, with its holder and until when by the server's clock: no connection has to stay for it. */
export class PostgresLeases implements Leases {
  constructor(
    private readonly database: Database,
    private readonly limits: LeaseLimits = DEFAULT_LEASE_LIMITS,
  ) {}

  async acquire(name: string, { signal, lost }: LeaseOptions): Promise<Lease> {
    const holder = randomUUID();
    for (;;) {
      signal.throwIfAborted();
      const askedMs = performance.now();
      if (await this.take(name, holder)) {
        const held = new HeldLease({ name, holder, lost, database: this.database, limits: this.limits }, askedMs);
        if (!signal.aborted) return held;
        await held.release();
      }
      await sleep(this.limits.askEveryMs, undefined, { signal });
    }
  }

  /** False while another has it, and while the server cannot be asked. */
  private async take(name: string, holder: string): Promise<boolean> {
    try {
      return (await this.database.get(SQL.take, name, holder, this.limits.ttlMs)) !== undefined;
    } catch (error) {
      if (isMemoryError(error) && error.retry === 'later') return false;
      throw error;
    }
  }
}

interface Held {
  readonly name: string;
  readonly holder: string;
  readonly lost: () => void;
  readonly database: Database;
  readonly limits: LeaseLimits;
}

/** Renews a lease until it is released or lost. Its own time begins when it asked, which is before the server's did. */
class HeldLease implements Lease {
  private readonly timer: NodeJS.Timeout;
  private end: NodeJS.Timeout | undefined;
  private renewing: Promise<void> = Promise.resolve();
  private isOver = false;

  constructor(
    private readonly held: Held,
    askedMs: number,
  ) {
    this.endAt(askedMs);
    this.timer = setInterval(() => {
      this.renewing = this.renewing.then(() => this.renew());
    }, held.limits.renewEveryMs);
    this.timer.unref();
  }

  async release(): Promise<void> {
    if (this.isOver) return;
    this.stop();
    await this.renewing;
    const { database, name, holder } = this.held;
    // The next one has it at the latest when its time is over.
    await database.run(SQL.release, name, holder).catch(() => undefined);
  }

  private async renew(): Promise<void> {
    if (this.isOver) return;
    const { database, name, holder, limits } = this.held;
    const askedMs = performance.now();
    try {
      const isHeld = (await database.run(SQL.renew, name, holder, limits.ttlMs)) > 0;
      if (isHeld) this.endAt(askedMs);
      else this.lose();
    } catch {
      // Asked again until its time is over.
    }
  }

  private endAt(askedMs: number): void {
    if (this.isOver) return;
    const { ttlMs, marginMs } = this.held.limits;
    clearTimeout(this.end);
    this.end = setTimeout(() => this.lose(), Math.max(0, askedMs + ttlMs - marginMs - performance.now()));
    this.end.unref();
  }

  private lose(): void {
    if (this.isOver) return;
    this.stop();
    this.held.lost();
  }

  private stop(): void {
    this.isOver = true;
    clearInterval(this.timer);
    clearTimeout(this.end);
  }
}

const UNTIL = `clock_timestamp() + $3::double precision * interval '1 millisecond'`;

const SQL = statementsOf('leases', {
  take: `INSERT INTO leases AS held (name, holder, held_until) VALUES ($1, $2, ${UNTIL})
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
    WHERE held.held_until < clock_timestamp() OR held.holder = excluded.holder
    RETURNING name`,
  renew: `UPDATE leases SET held_until = ${UNTIL} WHERE name = $1 AND holder = $2 AND held_until > clock_timestamp()`,
  release: `DELETE FROM leases WHERE name = $1 AND holder = $2`,
});
