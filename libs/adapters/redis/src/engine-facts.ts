import { Unavailable } from '@mneme/domain';
import type { RedisConnection } from './redis-connection.js';

/** The first version whose scripts say what they may do. */
const MAJOR_VERSION_MIN = 7;

export interface EngineFacts {
  readonly majorVersion: number;
  readonly isReplica: boolean;
  /** Whether something that is kept may go to make room. */
  readonly evicts: boolean;
  /** Ways in which it writes to a disk; undefined where it does not say. */
  readonly persistence: readonly string[] | undefined;
}

export async function readEngineFacts(connection: RedisConnection): Promise<EngineFacts> {
  const info = fieldsOf(await connection.command((redis) => redis.info()));
  return {
    majorVersion: Number.parseInt(info.get('redis_version') ?? '0', 10),
    isReplica: info.get('role') === 'slave',
    // Without a limit nothing is evicted, whatever the policy is.
    evicts: info.get('maxmemory') !== '0' && info.get('maxmemory_policy') !== 'noeviction',
    persistence: await persistenceOf(connection, info.get('aof_enabled') === '1'),
  };
}

/**
 * What evicts may drop the index that leads to a subject's sessions and keep the sessions: an erasure would count none and
 * be wrong. A replica takes no writes.
 * @throws Unavailable with one line that says what is wrong.
 */
export function requireUsable({ majorVersion, isReplica, evicts }: EngineFacts, address: string): void {
  const refuse = (why: string) => new Unavailable(`Redis at ${address} ${why}`);
  if (majorVersion < MAJOR_VERSION_MIN) {
    throw refuse(`is of version ${majorVersion}; ${MAJOR_VERSION_MIN} or newer is needed`);
  }
  if (isReplica) throw refuse('is a replica; name the primary');
  if (evicts) throw refuse('may evict keys; set maxmemory-policy noeviction');
}

/** What an operator should hear once; nothing of it is a reason not to start. */
export function warningsOf({ persistence }: EngineFacts, address: string): readonly string[] {
  if (persistence === undefined) {
    return [`Redis at ${address} does not say whether it writes to a disk; hot sessions should not be persisted`];
  }
  if (persistence.length === 0) return [];
  const how = persistence.join(' and ');
  return [`Redis at ${address} writes to a disk (${how}): what is erased stays in its files until they are rewritten`];
}

// A hosted engine may refuse CONFIG; the append-only file shows in INFO as well.
async function persistenceOf(connection: RedisConnection, appends: boolean): Promise<EngineFacts['persistence']> {
  const appendOnly = appends ? ['appendonly'] : [];
  try {
    const [, save = ''] = (await connection.command((redis) => redis.config('GET', 'save'))) as readonly string[];
    return [...appendOnly, ...(save === '' ? [] : ['save'])];
  } catch {
    return appends ? appendOnly : undefined;
  }
}

function fieldsOf(info: string): ReadonlyMap<string, string> {
  const lines = info.split('\n').map((line) => line.trim().split(':'));
  return new Map(lines.map(([name = '', ...value]) => [name, value.join(':')]));
}
