import { afterEach, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@mneme/events';
import { engineAddress } from '@mneme/testing';
import { KafkaConnection } from './kafka-connection.js';
import { OwnTopics } from './own-topics.js';

const brokers = engineAddress('kafka').split(',');

describe('a connection', () => {
  const topics = new OwnTopics(brokers);
  afterEach(() => topics.remove());

  it('that Kafka refused to open is opened anew by the next use', async () => {
    await topics.open();
    const names = ['no name of a topic'];
    const limits = { connectTimeoutMs: 1_000, requestTimeoutMs: 2_000 };
    const connection = new KafkaConnection(topics.client(), names, limits);
    const nodes = () => connection.use(async (cluster) => cluster.getNodeIds().length);
    await expect(nodes()).rejects.toMatchObject({ name: expect.stringContaining('KafkaJS') });
    names.splice(0, 1, `${topics.prefix}${TOPICS.turns.name}`);
    expect(await nodes()).toBeGreaterThan(0);
    await connection.close(1_000);
  });
});
