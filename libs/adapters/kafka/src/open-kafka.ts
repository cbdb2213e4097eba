import type { EventLog, SubjectTopics } from '@mneme/ports';
import { InvalidInput, Unavailable } from '@mneme/domain';
import { type Admin, type ISocketFactory, Kafka, logLevel, type SASLOptions } from 'kafkajs';
import { IdempotentProducer } from './idempotent-producer.js';
import { KafkaAppends } from './kafka-appends.js';
import { KafkaConnection, within } from './kafka-connection.js';
import { kafkaError } from './kafka-errors.js';
import { patiently } from './patiently.js';
import { KafkaEventLog } from './kafka-event-log.js';
import { type KafkaLimits, limitsOf } from './kafka-limits.js';
import { clientLogTo, type KafkaLog } from './kafka-log.js';
import { KafkaReads } from './kafka-reads.js';
import { KafkaSubjectTopics } from './kafka-subject-topics.js';
import { checkPartitions, prepareTopics } from './prepare-topics.js';
import { quietTimers } from './quiet-timers.js';
import { TopicNames } from './topic-names.js';

export interface KafkaOptions extends Partial<KafkaLimits> {
  /** `host:port` of some brokers; the others are learned from them. */
  readonly brokers: readonly string[];
  /** One of its own for each process: the members of a group get their partitions in the order of their client ids. */
  readonly clientId: string;
  /** Before the name of every topic and group: what sets deployments on one Kafka apart. Empty unless it is given. */
  readonly topicPrefix?: string;
  /** Partitions of every topic; fixed once the topics are made. */
  readonly partitionCount?: number;
  /** Copies of each record; with more brokers than one, 3. */
  readonly replicationFactor?: number;
  /** Copies that must be there before an append is acknowledged; with 3 copies, 2. */
  readonly minInsyncReplicas?: number;
  readonly tls?: boolean;
  readonly sasl?: SASLOptions;
  /** How a broker is reached where its own address does not lead to it. */
  readonly socketFactory?: ISocketFactory;
  readonly log?: KafkaLog;
}

/** The log, and what rests in it of whom. */
export interface KafkaPorts {
  readonly log: EventLog;
  readonly subjectTopics: SubjectTopics;
  /** For readiness. @throws Unavailable with one line that says what is wrong where; InvalidInput for a topic that was changed. */
  check(signal: AbortSignal): Promise<void>;
  /** Stops the consumers, writes what is waiting, and disconnects. */
  close(): Promise<void>;
}

const PARTITION_COUNT = 16;

/**
 * Opens the log on Kafka, with topics that are made when they are not there.
 * @throws Unavailable when Kafka cannot be reached; Forbidden when it refuses; InvalidInput for options that cannot be, or for
 * topics that were made otherwise.
 */
export async function openKafka(options: KafkaOptions): Promise<KafkaPorts> {
  const limits = limitsOf(options);
  const { topicPrefix = '', partitionCount = PARTITION_COUNT, brokers } = options;
  if (brokers.length === 0) throw new InvalidInput('Kafka has at least one broker', { field: 'brokers' });
  const names = new TopicNames(topicPrefix, partitionCount);
  quietTimers();
  const kafka = clientOf(options, limits, limits.requestTimeoutMs);
  const where = `Kafka at ${brokers.join(',')}`;
  const opened = new Opened({ kafka, names, limits, where, log: logOf(options) });
  await opened.prepare(options);
  const { awaitLeaders, ...ports } = portsOn(opened, clientOf(options, limits, limits.appendTimeoutMs));
  try {
    await awaitLeaders();
    return ports;
  } catch (error) {
    await ports.close();
    throw error;
  }
}

interface OpenedParts {
  readonly kafka: Kafka;
  readonly names: TopicNames;
  readonly limits: KafkaLimits;
  readonly where: string;
  readonly log: KafkaLog;
}

class Opened {
  constructor(readonly parts: OpenedParts) {}

  async prepare({ replicationFactor = 1, minInsyncReplicas = 1 }: KafkaOptions): Promise<void> {
    const { names, limits, log } = this.parts;
    const settings = {
      replicationFactor,
      minInsyncReplicas,
      batchBytesMax: limits.recordBytesMax + limits.appendBatchBytesMax,
      timeoutMs: limits.requestTimeoutMs,
      differs: (line: string) => log('warn', line),
    };
    await this.administer((admin) => patiently(() => prepareTopics(admin, names, settings), limits));
  }

  async check(signal: AbortSignal): Promise<void> {
    const checked = this.administer((admin) => checkPartitions(admin, this.parts.names));
    checked.catch(() => undefined);
    const aborted = new Promise<never>((_, reject) => {
      const late = () => reject(new Unavailable(`${this.parts.where} did not answer in time`));
      if (signal.aborted) late();
      else signal.addEventListener('abort', late, { once: true });
    });
    await Promise.race([checked, aborted]);
  }

  private async administer(work: (admin: Admin) => Promise<void>): Promise<void> {
    const admin = this.parts.kafka.admin();
    try {
      await admin.connect();
      await work(admin);
    } catch (error) {
      throw kafkaError(error, this.parts.where);
    } finally {
      await within(
        admin.disconnect().catch(() => undefined),
        this.parts.limits.stopTimeoutMs,
      );
    }
  }
}

interface OpeningPorts extends KafkaPorts {
  /** Resolves when every partition can be read: a topic that was just made has no leaders for a moment. */
  awaitLeaders(): Promise<void>;
}

function portsOn(opened: Opened, appending: Kafka): OpeningPorts {
  const { kafka, names, limits, log } = opened.parts;
  const topics = names.all().map(({ name }) => names.topic(name));
  const connect = (of: readonly string[]) => new KafkaConnection(kafka, of, limits);
  const writingLimits = { ...limits, requestTimeoutMs: limits.appendTimeoutMs };
  const writing = new KafkaConnection(appending, topics, writingLimits);
  const [reading, scanning] = [connect(topics), connect(topics)];
  const appends = new KafkaAppends(new IdempotentProducer(writing, limits), names, limits);
  const reads = new KafkaReads(reading, names, limits);
  const eventLog = new KafkaEventLog({ names, appends, reads, limits, log, connect });
  const subjectTopics = new KafkaSubjectTopics(new KafkaReads(scanning, names, limits), names, limits);
  return {
    log: eventLog,
    subjectTopics,
    check: (signal) => opened.check(signal),
    awaitLeaders: async () => {
      for (const { name } of names.all()) await reads.endOffsets(name);
    },
    close: async () => {
      subjectTopics.close();
      await eventLog.close();
      await Promise.all([reading, scanning, writing].map((connection) => connection.close(limits.stopTimeoutMs)));
    },
  };
}

function clientOf(options: KafkaOptions, limits: KafkaLimits, requestTimeout: number): Kafka {
  return new Kafka({
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout: limits.connectTimeoutMs,
    authenticationTimeout: limits.connectTimeoutMs,
    requestTimeout,
    // Whoever asks tries again by itself, within a time of its own.
    retry: { retries: 1, initialRetryTime: limits.retryPauseMs, maxRetryTime: limits.retryPauseMsMax },
    logLevel: logLevel.WARN,
    logCreator: clientLogTo(logOf(options)),
    ...(options.tls === undefined ? {} : { ssl: options.tls }),
    ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
    ...(options.socketFactory === undefined ? {} : { socketFactory: options.socketFactory }),
  });
}

function logOf({ log }: KafkaOptions): KafkaLog {
  return log ?? (() => undefined);
}
