import { setTimeout as pause } from 'node:timers/promises';
import { Timeout } from '@mneme/domain';
import type { Broker, Cluster, Kafka } from 'kafkajs';
import { isStaleMetadata, isTransient, typeOf } from './kafka-errors.js';

const ATTEMPTS_MAX = 5;
const ATTEMPT_PAUSE_MS = 25;

/** What kafkajs's brokers can do beyond its types: the protocol of consumer groups. */
export interface GroupBroker extends Omit<Broker, 'offsetCommit' | 'offsetFetch'> {
  joinGroup(request: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<{
    readonly generationId: number;
    readonly leaderId: string;
    readonly memberId: string;
    readonly members: readonly { readonly memberId: string }[];
  }>;
  syncGroup(request: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
  }): Promise<{ readonly memberAssignment: Buffer }>;
  heartbeat(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
  }): Promise<unknown>;
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
  offsetCommit(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[];
  }): Promise<unknown>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
    }[];
  }): Promise<{
    readonly responses: readonly {
      readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
    }[];
  }>;
}

export interface ConnectionLimits {
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/**
 * A connection to all brokers. After a failure it is made anew by the next use: what kafkajs remembers of a broker that
 * went away is not trusted. One fetch at a time waits on it, so each consumer has its own.
 */
export class KafkaConnection {
  private opening: Promise<Cluster> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly topics: readonly string[],
    private readonly limits: ConnectionLimits,
  ) {}

  /**
   * Runs `work`; when it fails, the next use finds what is stale or broken renewed. Errors are those of kafkajs, and Timeout
   * when it takes longer than `waitMs` and a request: kafkajs forgets some requests of a connection that ends.
   */
  async use<T>(work: (cluster: Cluster) => Promise<T>, waitMs = 0): Promise<T> {
    const opening = (this.opening ??= this.open());
    let working: Promise<T> | undefined;
    try {
      const { connectTimeoutMs, requestTimeoutMs } = this.limits;
      const cluster = await inTime(opening, 2 * connectTimeoutMs);
      working = work(cluster);
      return await inTime(working, waitMs + requestTimeoutMs + connectTimeoutMs);
    } catch (error) {
      await this.mend(opening, { error, isOpen: working !== undefined });
      // What was given up may still connect: nobody else would end that connection.
      if (this.opening !== opening) void working?.catch(() => undefined).then(() => disconnect(opening));
      throw error;
    }
  }

  /** `use`, tried again for a moment while what fails is a connection, or a leader that was just elected. */
  async useAgain<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.use(work);
      } catch (error) {
        if (attempt >= ATTEMPTS_MAX || !isTransient(error)) throw error;
        await pause(ATTEMPT_PAUSE_MS * 2 ** attempt);
      }
    }
  }

  /** Resolves at the latest after `timeoutMs`: kafkajs waits for every answer that is still due. */
  async close(timeoutMs: number): Promise<void> {
    const { opening } = this;
    this.opening = undefined;
    if (opening === undefined) return;
    await within(disconnect(opening), timeoutMs);
  }

  private async open(): Promise<Cluster> {
    const cluster = clusterOf(this.kafka);
    try {
      await cluster.connect();
      await cluster.addMultipleTargetTopics([...this.topics]);
      return cluster;
    } catch (error) {
      void cluster.disconnect().catch(() => undefined);
      throw error;
    }
  }

  private async mend(opening: Promise<Cluster>, { error, isOpen }: Failed): Promise<void> {
    if (this.opening !== opening) return;
    if (isOpen && isStaleMetadata(error)) {
      const isFresh = await opening
        .then((cluster) => cluster.refreshMetadata())
        .then(
          () => true,
          () => false,
        );
      if (isFresh) return;
    } else if (isOpen && typeOf(error) !== undefined) {
      return;
    }
    if (this.opening !== opening) return;
    this.opening = undefined;
    void disconnect(opening);
  }
}

interface Failed {
  readonly error: unknown;
  /** Whether it failed on a connection that is there: one that could not be opened is of no use any more. */
  readonly isOpen: boolean;
}

async function disconnect(opening: Promise<Cluster>): Promise<void> {
  await opening.then((cluster) => cluster.disconnect()).catch(() => undefined);
}

async function inTime<T>(settling: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const limit = `timeoutMs=${timeoutMs}`;
    timer = setTimeout(() => reject(new Timeout('Kafka did not answer in time', { limit })), timeoutMs);
  });
  try {
    return await Promise.race([settling, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when `settling` has, or when the time is up. */
export async function within(settling: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
  await Promise.race([settling, late]);
  clearTimeout(timer);
}

/** kafkajs hands its cluster to those who assign partitions, and to no one else. */
function clusterOf(kafka: Kafka): Cluster {
  let found: Cluster | undefined;
  kafka.consumer({
    groupId: 'never-joined',
    allowAutoTopicCreation: false,
    readUncommitted: true,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster;
        return { name: '', version: 0, assign: async () => [], protocol: () => ({ name: '', metadata: Buffer.of() }) };
      },
    ],
  });
  if (found === undefined) throw new TypeError('kafkajs made a consumer without a cluster');
  return found;
}
