import { setTimeout as wait } from 'node:timers/promises';
import neo4j, { type Driver, type RecordShape, type Session } from 'neo4j-driver';
import { Timeout, Unavailable } from '@mneme/domain';
import { isTransient, mapNeo4jError } from './neo4j-errors.js';
import type { Neo4jAddress, Neo4jLimits } from './neo4j-options.js';

export type Parameters = Readonly<Record<string, unknown>>;

/** What runs statements within one transaction. */
export interface Queries {
  /**
   * All rows. A statement finds its parameters in the one map `$p`: for lists that are parameters of their own the engine
   * makes another plan for each order of their lengths. Several may be asked for at once: they are run in the order in which they were. */
  rows<Row extends RecordShape>(text: string, parameters?: Parameters): Promise<readonly Row[]>;
}

const RETRY_WAIT_MS_MAX = 50;

/** A bounded pool of connections to one server. Integers come as numbers; none of ours passes 2^53. */
export class Neo4jDatabase implements Queries {
  private readonly driver: Driver;

  constructor(
    private readonly address: Neo4jAddress,
    private readonly limits: Neo4jLimits,
  ) {
    this.driver = neo4j.driver(address.url, neo4j.auth.basic(address.user, address.password), {
      disableLosslessIntegers: true,
      maxConnectionPoolSize: limits.poolSizeMax,
      connectionTimeout: limits.connectTimeoutMs,
      connectionAcquisitionTimeout: limits.acquireTimeoutMs,
      // Longer than the way back of an answer, and shorter than what a proxy keeps an idle connection for.
      connectionLivenessCheckTimeout: 30_000,
      telemetryDisabled: true,
    });
  }

  get place(): string {
    return this.address.shown;
  }

  /** One statement that only reads, as a transaction of its own. */
  rows<Row extends RecordShape>(text: string, parameters: Parameters = {}): Promise<readonly Row[]> {
    return this.retried(async (session) => {
      const { records } = await session.run<Row>(text, { p: parameters }, this.transactionConfig);
      return records.map((record) => record.toObject() as Row);
    }, neo4j.session.READ);
  }

  /** One statement on the schema, which no transaction of ours may hold. */
  async run(text: string, timeoutMs = this.limits.transactionTimeoutMs): Promise<void> {
    await this.retried((session) => session.run(text, {}, { timeout: timeoutMs }), neo4j.session.WRITE, timeoutMs);
  }

  /**
   * Runs `work` in one transaction: all of it is kept and on the disk when it resolves, or none. When others stand in its
   * way it is run again from the beginning, at most `retriesMax` times: it does nothing but ask `queries`.
   */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    return this.retried(async (session) => {
      const transaction = session.beginTransaction(this.transactionConfig);
      const rows = async <Row extends RecordShape>(text: string, parameters: Parameters = {}) => {
        const { records } = await transaction.run<Row>(text, { p: parameters });
        return records.map((record) => record.toObject() as Row);
      };
      try {
        const result = await work({ rows });
        await transaction.commit();
        return result;
      } catch (error) {
        await transaction.close().catch(() => undefined);
        throw error;
      }
    }, neo4j.session.WRITE);
  }

  /** @throws Unavailable when `working` has not ended before `signal`. */
  async within<T>(signal: AbortSignal, working: Promise<T>): Promise<T> {
    const answered = new AbortController();
    const silence = new Promise<never>((_, reject) => {
      const giveUp = () =>
        reject(new Unavailable(`Neo4j at ${this.place} did not answer in time`, { cause: signal.reason }));
      if (signal.aborted) giveUp();
      signal.addEventListener('abort', giveUp, { signal: answered.signal });
    });
    try {
      return await Promise.race([working, silence]);
    } finally {
      answered.abort();
      working.catch(() => undefined);
    }
  }

  /** Waits for nothing that is running. */
  close(): Promise<void> {
    return this.driver.close();
  }

  private get transactionConfig() {
    return { timeout: this.limits.transactionTimeoutMs };
  }

  private async retried<T>(work: Work<T>, mode: Mode, answerTimeoutMs = this.limits.answerTimeoutMs): Promise<T> {
    for (let retries = 0; ; retries += 1) {
      const session = this.driver.session({ defaultAccessMode: mode });
      try {
        return await this.inTime(work(session), answerTimeoutMs);
      } catch (error) {
        if (!isTransient(error) || retries >= this.limits.retriesMax) throw mapNeo4jError(error, this.place);
        await wait(Math.random() * RETRY_WAIT_MS_MAX * (retries + 1));
      } finally {
        void session.close().catch(() => undefined);
      }
    }
  }

  /** The client waits for ever for a server that hangs; what is given up goes when its connection does. */
  private async inTime<T>(working: Promise<T>, answerTimeoutMs: number): Promise<T> {
    const answered = new AbortController();
    try {
      return await Promise.race([working, this.silence(answerTimeoutMs, answered.signal)]);
    } finally {
      answered.abort();
      working.catch(() => undefined);
    }
  }

  private async silence(answerTimeoutMs: number, signal: AbortSignal): Promise<never> {
    await wait(answerTimeoutMs, undefined, { signal });
    throw new Timeout(`Neo4j at ${this.place} did not answer in time`, {
      limit: `answerTimeoutMs=${answerTimeoutMs}`,
    });
  }
}

type Mode = 'READ' | 'WRITE';
type Work<T> = (session: Session) => Promise<T>;
