import { hostname } from 'node:os';
import type { EventLog } from '@mneme/ports';
import type { Logger } from '@mneme/platform';
import type { Postgres } from '@mneme/postgres';
import type { KafkaConfig, Neo4jConfig, PostgresConfig, QdrantConfig, RedisConfig } from './distributed.config.js';
import type { ServiceName } from './engines-of.js';

// One function an engine, each loading its client only when it is called.

/** Those of which one process is active: it keeps the table of the log's keys near the log's end for all. */
const FOLLOWERS: readonly ServiceName[] = ['maintenance', 'standalone'];
const FOLLOW_LOG_MS = 10_000;

interface Opening {
  readonly service: ServiceName;
  readonly logger: Logger;
}

export async function openLog(
  { brokers, topicPrefix, partitionCount, replicationFactor, hasTls, sasl }: KafkaConfig,
  { service, logger }: Opening,
) {
  const { openKafka } = await import('@mneme/kafka');
  // What goes wrong at the opening is thrown, in one line.
  let isOpen = false;
  const opened = await openKafka({
    brokers,
    // Of one process alone: its partitions go by it, and so it has the same ones in all of its groups.
    clientId: `mneme-${service}-${hostname()}-${process.pid}`,
    topicPrefix,
    partitionCount,
    replicationFactor,
    minInsyncReplicas: replicationFactor >= 3 ? 2 : 1,
    ...(hasTls ? { tls: true } : {}),
    ...(sasl === undefined ? {} : { sasl: { ...sasl, password: sasl.password.reveal() } }),
    // Its client calls an error what a rebalance brings with it; what matters reaches a consumer's observer by itself.
    log: (_level, message, error) => {
      if (isOpen) logger.warn(message, error === undefined ? {} : { error });
    },
  });
  isOpen = true;
  return opened;
}

export async function openTables(
  { url, schema, poolSizeMax }: PostgresConfig,
  { service, log }: Opening & { readonly log: EventLog },
): Promise<Postgres> {
  const { openPostgres } = await import('@mneme/postgres');
  const applicationName = `mneme-${service}`;
  const follows = FOLLOWERS.includes(service) ? { followLogMs: FOLLOW_LOG_MS } : {};
  return openPostgres({ url: url.reveal(), schema, poolSizeMax, applicationName, ...follows }, { log });
}

export async function openVectors({ url, apiKey, collectionPrefix }: QdrantConfig) {
  const { openQdrant } = await import('@mneme/qdrant');
  return openQdrant({ url, collectionPrefix, ...(apiKey === undefined ? {} : { apiKey: apiKey.reveal() }) });
}

export async function openGraph({ url, user, password, labelSpace }: Neo4jConfig) {
  const { openNeo4j } = await import('@mneme/neo4j');
  return openNeo4j({ url, user, password: password.reveal(), labelSpace });
}

export async function openSessions({ url, keyPrefix }: RedisConfig, { logger }: Opening) {
  const { openRedis } = await import('@mneme/redis');
  return openRedis({ url: url.reveal(), keyPrefix, warn: (message) => logger.warn(message) });
}
