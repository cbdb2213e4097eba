import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import neo4j from 'neo4j-driver';
import pg from 'pg';
import { engineAddress } from '@mneme/testing';

/** Names of one run on engines that others use too, and how to leave nothing behind. */
export interface EngineSpace {
  /** What the services are told: where the engines are, and under which names. */
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/** @throws Error for an engine that nobody named. */
export function engineSpace(): EngineSpace {
  const name = `e2e${randomBytes(5).toString('hex')}`;
  const kafka = engineAddress('kafka');
  const postgres = engineAddress('postgres');
  const qdrant = engineAddress('qdrant');
  const graph = engineAddress('neo4j');
  const redis = engineAddress('redis');
  return {
    env: {
      MNEME_KAFKA_BROKERS: kafka,
      MNEME_KAFKA_TOPIC_PREFIX: `${name}.`,
      MNEME_KAFKA_PARTITIONS: '4',
      MNEME_POSTGRES_URL: postgres,
      MNEME_POSTGRES_SCHEMA: name,
      MNEME_QDRANT_URL: qdrant,
      MNEME_QDRANT_COLLECTION_PREFIX: name,
      MNEME_NEO4J_URL: graph,
      MNEME_NEO4J_LABEL_SPACE: name,
      MNEME_REDIS_URL: redis,
      MNEME_REDIS_KEY_PREFIX: name,
    },
    remove: async () => {
      const removals = [
        removeTopics(kafka, `${name}.`),
        dropSchema(postgres, name),
        removeCollections(qdrant, name),
        removeLabels(graph, name),
        removeKeys(redis, name),
      ];
      await Promise.all(removals);
    },
  };
}

async function removeTopics(brokers: string, prefix: string): Promise<void> {
  const admin = new Kafka({ brokers: brokers.split(','), clientId: 'e2e', logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
    // One whose member was killed is not empty yet, and goes by its age.
    const own = groups.filter((groupId) => groupId.startsWith(prefix));
    for (const groupId of own) await admin.deleteGroups([groupId]).catch(() => undefined);
  } finally {
    await admin.disconnect();
  }
}

async function dropSchema(connectionString: string, schema: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
  await client.end();
}

async function removeCollections(url: string, prefix: string): Promise<void> {
  const answer = (await (await fetch(`${url}/collections`)).json()) as {
    readonly result: { readonly collections: readonly { readonly name: string }[] };
  };
  for (const { name } of answer.result.collections.filter((one) => one.name.startsWith(`${prefix}.`))) {
    await fetch(`${url}/collections/${name}`, { method: 'DELETE' });
  }
}

async function removeLabels(url: string, labelSpace: string): Promise<void> {
  const { protocol, host, username, password } = new URL(url);
  const driver = neo4j.driver(`${protocol}//${host}`, neo4j.auth.basic(username, decodeURIComponent(password)));
  const prefix = { prefix: `${labelSpace}_` };
  try {
    const own = 'any(label IN labels(one) WHERE label STARTS WITH $prefix)';
    await driver.executeQuery(`MATCH (one) WHERE ${own} DETACH DELETE one`, prefix);
    const named = async (show: string) =>
      (await driver.executeQuery(show, prefix)).records.map((row) => String(row.get('name')));
    const constraints = await named('SHOW CONSTRAINTS YIELD name WHERE name STARTS WITH $prefix RETURN name');
    for (const name of constraints) await driver.executeQuery(`DROP CONSTRAINT ${name} IF EXISTS`);
    const indexes = await named('SHOW INDEXES YIELD name WHERE name STARTS WITH $prefix RETURN name');
    for (const name of indexes) await driver.executeQuery(`DROP INDEX ${name} IF EXISTS`);
  } finally {
    await driver.close();
  }
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  try {
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1_000 })) {
      if ((keys as string[]).length > 0) await redis.unlink(...(keys as string[]));
    }
  } finally {
    redis.disconnect();
  }
}
