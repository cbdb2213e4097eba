import { afterEach, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import { engineAddress, readAll } from '@mneme/testing';
import type { Cluster } from 'kafkajs';
import { IdempotentProducer, placeOf } from './idempotent-producer.js';
import { KafkaConnection } from './kafka-connection.js';
import { DEFAULT_KAFKA_LIMITS } from './kafka-limits.js';
import { OwnTopics } from './own-topics.js';

const TURNS = TOPICS.turns.name;
const brokers = engineAddress('kafka').split(',');

/** A real connection that has found its broker only when it is let, and gives up waiting before that. */
class HeldConnection extends KafkaConnection {
  private held: Promise<void> = Promise.resolve();
  private letGo: () => void = () => undefined;

  hold(): void {
    this.held = new Promise((resolve) => (this.letGo = resolve));
  }

  release(): void {
    this.letGo();
  }

  override use<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
    const { held } = this;
    return super.use((cluster) => {
      const findBroker: Cluster['findBroker'] = async (node) => {
        const broker = await cluster.findBroker(node);
        await held;
        return broker;
      };
      return work(
        new Proxy(cluster, {
          get: (of, name: keyof Cluster) => (name === 'findBroker' ? findBroker : bound(of, name)),
        }),
      );
    });
  }
}

function bound(cluster: Cluster, name: keyof Cluster): unknown {
  const member: unknown = cluster[name];
  return typeof member === 'function' ? (member.bind(cluster) as unknown) : member;
}

describe('an attempt to write that was given up', () => {
  const topics = new OwnTopics(brokers);
  const closing: KafkaConnection[] = [];
  afterEach(async () => {
    await Promise.all(closing.splice(0).map((connection) => connection.close(1_000)));
    await topics.remove();
  });

  it('never goes out under the numbers of what is written after it', async () => {
    const { log } = await topics.open();
    const topic = `${topics.prefix}${TURNS}`;
    const connection = new HeldConnection(topics.client(), [topic], { connectTimeoutMs: 250, requestTimeoutMs: 250 });
    closing.push(connection);
    const producer = new IdempotentProducer(connection, DEFAULT_KAFKA_LIMITS);
    const write = async (key: string, withinMs: number) => {
      const batch = { topic, partition: 0, messages: [{ key, value: key }] };
      return (await producer.produce([batch], performance.now() + withinMs)).get(placeOf(batch));
    };
    const first = await write('first', 1_000);
    connection.hold();
    await expect(write('given up', 1)).rejects.toMatchObject({ code: 'timeout' });
    const next = write('next', 1_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    connection.release();
    const last = [await next];
    await new Promise((resolve) => setTimeout(resolve, 300));
    last.push(await write('last', 1_000));
    const found = await readAll(log, { topic: TURNS, partition: 0, offset: 0 });
    const keyAt = (offset: number | undefined) => found.find((record) => record.offset === offset)?.key;
    expect([first, ...last].map(keyAt)).toEqual(['first', 'next', 'last']);
  });
});
