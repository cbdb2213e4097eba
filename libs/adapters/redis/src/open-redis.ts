import { InvalidInput, Unavailable } from '@mneme/domain';
import type { Clock, ErasableStore, SessionEnds, SessionStore } from '@mneme/ports';
import { readEngineFacts, requireUsable, warningsOf } from './engine-facts.js';
import { SCRIPTS } from './lua/scripts.js';
import { RedisConnection } from './redis-connection.js';
import { RedisSessionStore } from './redis-session-store.js';
import { Shards } from './shards.js';

export interface RedisOptions {
  /** `redis://` or `rediss://`, with credentials where there are any, and the number of a database as its path. */
  readonly url: string;
  /** Begins every key; one a deployment, and one of its own for a tenant that is kept apart. */
  readonly keyPrefix: string;
  /** The machine's clock unless it is given. */
  readonly clock?: Clock;
  /** Turns kept of a session, the newest. */
  readonly turnsMax?: number;
  /** States and hand-offs of a session. */
  readonly documentsMax?: number;
  /** How long a session is kept after its last use. */
  readonly ttlMs?: number;
  /** How long one command may take. */
  readonly commandTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** Commands that may wait for their replies; one more is refused at once. */
  readonly commandsWaitingMax?: number;
  /** The longest pause between two attempts to connect again. */
  readonly reconnectMsMax?: number;
  /** Hears once, at the opening, of what an operator should look at. */
  readonly warn?: (message: string) => void;
}

export interface RedisStores {
  readonly sessionStore: SessionStore & SessionEnds & ErasableStore;
  /**
   * For readiness: whether the engine answers and may be written to.
   * @throws Unavailable with one line that names engine and address.
   */
  check(signal: AbortSignal): Promise<void>;
  /** What is under way fails. */
  close(): Promise<void>;
}

export const REDIS_DEFAULTS = {
  turnsMax: 200,
  documentsMax: 256,
  ttlMs: 24 * 3_600_000,
  commandTimeoutMs: 1_000,
  connectTimeoutMs: 5_000,
  commandsWaitingMax: 10_000,
  reconnectMsMax: 2_000,
} as const;

/** A script hands the ids of so many turns to one command. */
const TURNS_MAX = 5_000;

/**
 * @throws Unavailable when there is no such engine, it refuses the credentials or is set up so that it would lose what it
 * was told to keep; InvalidInput for an address or a prefix that is none.
 */
export async function openRedis({ url, keyPrefix, ...given }: RedisOptions): Promise<RedisStores> {
  const options = { ...REDIS_DEFAULTS, clock: { nowMs: () => Date.now() }, ...given };
  requireTurnsMax(options.turnsMax);
  const shards = new Shards(keyPrefix);
  const connection = new RedisConnection({ url, ...options });
  await connection.open(SCRIPTS);
  try {
    const facts = await readEngineFacts(connection);
    requireUsable(facts, connection.address);
    for (const warning of warningsOf(facts, connection.address)) options.warn?.(warning);
  } catch (error) {
    connection.close();
    throw error;
  }
  return {
    sessionStore: new RedisSessionStore(connection, shards, options),
    check: (signal) => check(connection, signal),
    close: async () => connection.close(),
  };
}

async function check(connection: RedisConnection, signal: AbortSignal): Promise<void> {
  const { address } = connection;
  const late = () => new Unavailable(`Redis at ${address} did not answer in time`, { cause: signal.reason });
  if (signal.aborted) throw late();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(late());
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    requireUsable(await Promise.race([readEngineFacts(connection), aborted]), address);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function requireTurnsMax(turnsMax: number): void {
  if (turnsMax >= 1 && turnsMax <= TURNS_MAX) return;
  const detail = { field: 'turnsMax', limit: `turnsMax=${TURNS_MAX}`, sent: String(turnsMax) };
  throw new InvalidInput('a session keeps at least one turn, and no more than one command can name', detail);
}
