import type { Retention } from '@mneme/events';
import { InvalidInput } from '@mneme/domain';
import kafkajs, { type Admin } from 'kafkajs';
import type { OwnTopic, TopicNames } from './topic-names.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FOR_EVER = '-1';

export interface TopicSettings {
  readonly replicationFactor: number;
  /** Replicas that must have a record before it counts as appended. */
  readonly minInsyncReplicas: number;
  /** Largest batch that a topic takes. */
  readonly batchBytesMax: number;
  readonly timeoutMs: number;
  /** Hears of a topic that is usable and not as it would be made. */
  readonly differs: (line: string) => void;
}

/**
 * Makes the topics that are not there and looks at those that are. Several processes may do it at once.
 * @throws InvalidInput for a topic with another number of partitions, or another way to forget records.
 */
export async function prepareTopics(admin: Admin, names: TopicNames, settings: TopicSettings): Promise<void> {
  const missing = await missingTopics(admin, names);
  if (missing.length > 0) await createTopics(admin, { names, missing, settings });
  await checkPartitions(admin, names);
  await checkConfigs(admin, names, settings);
}

async function missingTopics(admin: Admin, names: TopicNames): Promise<readonly OwnTopic[]> {
  const there = new Set(await admin.listTopics());
  return names.all().filter(({ name }) => !there.has(names.topic(name)));
}

interface Creation {
  readonly names: TopicNames;
  readonly missing: readonly OwnTopic[];
  readonly settings: TopicSettings;
}

async function createTopics(admin: Admin, { names, missing, settings }: Creation): Promise<void> {
  await admin.createTopics({
    // What kafkajs would wait for fails while a topic is still on its way to the broker that it asks.
    waitForLeaders: false,
    timeout: settings.timeoutMs,
    topics: missing.map((definition) => ({
      topic: names.topic(definition.name),
      numPartitions: names.partitionCount,
      replicationFactor: settings.replicationFactor,
      configEntries: Object.entries(configOf(definition.retention, settings)).map(([name, value]) => ({ name, value })),
    })),
  });
}

/** Not there, or not yet: for a moment a new topic is known to some brokers alone. */
export class TopicMissing extends Error {
  override readonly name = 'TopicMissing';

  constructor(topic: string) {
    super(`the topic ${topic} is not there`);
  }
}

/** @throws InvalidInput; TopicMissing. */
export async function checkPartitions(admin: Admin, names: TopicNames): Promise<void> {
  const topics = names.all().map(({ name }) => names.topic(name));
  const [missing] = await missingTopics(admin, names);
  if (missing !== undefined) throw new TopicMissing(names.topic(missing.name));
  const { topics: found } = await admin.fetchTopicMetadata({ topics });
  for (const topic of topics) {
    const count = found.find(({ name }) => name === topic)?.partitions.length;
    if (count === undefined) throw new TopicMissing(topic);
    if (count === names.partitionCount) continue;
    throw new InvalidInput(
      `the topic ${topic} has ${count} partitions and cannot be used with ${names.partitionCount}: a subject's records ` +
        'would change their partition',
      { field: 'partitionCount', limit: `partitionCount=${count}`, sent: String(names.partitionCount) },
    );
  }
}

async function checkConfigs(admin: Admin, names: TopicNames, settings: TopicSettings): Promise<void> {
  const definitions = new Map(names.all().map((definition) => [names.topic(definition.name), definition]));
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [...definitions.keys()].map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
  });
  for (const { resourceName: topic, configEntries } of resources) {
    const retention = definitions.get(topic)?.retention;
    if (retention === undefined) continue;
    const found = new Map(configEntries.map(({ configName, configValue }) => [configName, configValue]));
    const wanted = configOf(retention, settings);
    for (const name of isDecisive(retention)) {
      if (found.get(name) === wanted[name]) continue;
      throw new InvalidInput(`the topic ${topic} has ${name}=${found.get(name)} and needs ${name}=${wanted[name]}`, {
        field: name,
        sent: found.get(name) ?? '',
      });
    }
    const others = Object.keys(wanted).filter((name) => found.get(name) !== wanted[name]);
    for (const name of others) {
      settings.differs(`the topic ${topic} has ${name}=${found.get(name)}; it would be made with ${wanted[name]}`);
    }
  }
}

/** What decides whether records are lost that must be kept, or kept that must go. */
function isDecisive({ policy }: Retention): readonly string[] {
  return policy === 'keep' ? ['cleanup.policy', 'retention.ms'] : ['cleanup.policy'];
}

function configOf(retention: Retention, settings: TopicSettings): Readonly<Record<string, string>> {
  return {
    ...retentionOf(retention),
    'min.insync.replicas': String(settings.minInsyncReplicas),
    'max.message.bytes': String(settings.batchBytesMax),
    // The time of the log, not of a producer, says when a record goes.
    'message.timestamp.type': 'LogAppendTime',
    'unclean.leader.election.enable': 'false',
  };
}

/** Kafka forgets whole segments: a segment is a part of the retention, so that records go soon after their time. */
function retentionOf(retention: Retention): Readonly<Record<string, string>> {
  switch (retention.policy) {
    case 'keep':
      return { 'cleanup.policy': 'delete', 'retention.ms': FOR_EVER, 'retention.bytes': FOR_EVER };
    case 'delete':
      return {
        'cleanup.policy': 'delete',
        'retention.ms': String(retention.retentionMs),
        'retention.bytes': FOR_EVER,
        'segment.ms': String(Math.min(DAY_MS, Math.max(HOUR_MS, Math.floor(retention.retentionMs / 12)))),
      };
    case 'compact':
      return {
        'cleanup.policy': 'compact',
        'delete.retention.ms': String(retention.tombstoneRetentionMs),
        'segment.ms': String(DAY_MS),
        'min.cleanable.dirty.ratio': '0.2',
      };
  }
}
