import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { type KafkaOptions, type KafkaPorts, openKafka } from './open-kafka.js';

const REMOVAL_ATTEMPTS_MAX = 40;
const REMOVAL_PAUSE_MS = 250;

/** Bounds for specs: what waits in production for seconds waits for less. */
const FAST: Partial<KafkaOptions> = {
  connectTimeoutMs: 1_000,
  fetchWaitMs: 50,
  heartbeatIntervalMs: 100,
  sessionTimeoutMs: 6_000,
  rebalanceDrainMs: 100,
  rebalanceAbortMs: 100,
  uncommittedPauseMs: 5,
};

/** For specs: topics under a prefix of their own on a Kafka that others use too, opened as often as wanted. */
export class OwnTopics {
  readonly prefix = `spec-${randomUUID().slice(0, 8)}.`;
  private readonly opened: KafkaPorts[] = [];

  constructor(readonly brokers: readonly string[]) {}

  async open(options: Partial<KafkaOptions> = {}): Promise<KafkaPorts> {
    const ports = await openKafka(this.options(options));
    this.opened.push(ports);
    return ports;
  }

  options(options: Partial<KafkaOptions> = {}): KafkaOptions {
    const place = { brokers: this.brokers, clientId: 'mneme-spec', topicPrefix: this.prefix };
    return { partitionCount: 4, ...FAST, ...place, ...options };
  }

  client(): Kafka {
    return new Kafka({ brokers: [...this.brokers], clientId: 'mneme-spec', logLevel: logLevel.NOTHING });
  }

  /** Closes what is open and removes the topics and the groups, those of members too that Kafka still waits for. */
  async remove(): Promise<void> {
    await Promise.all(this.opened.splice(0).map((ports) => ports.close()));
    const admin = this.client().admin();
    await admin.connect();
    try {
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(this.prefix));
      if (topics.length > 0) await admin.deleteTopics({ topics });
      for (let attempt = 0; attempt < REMOVAL_ATTEMPTS_MAX; attempt += 1) {
        const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
        const own = groups.filter((groupId) => groupId.startsWith(this.prefix));
        const isDone =
          own.length === 0 ||
          (await admin.deleteGroups(own).then(
            () => true,
            () => false,
          ));
        if (isDone) break;
        await pause(REMOVAL_PAUSE_MS);
      }
    } finally {
      await admin.disconnect();
    }
  }
}
