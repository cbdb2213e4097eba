import { describe, expect, it } from '@jest/globals';
import { Corrupt } from '@mneme/domain';
import kafkajs from 'kafkajs';
import { isDenied, isTransient, kafkaError, typeOf } from './kafka-errors.js';

const { KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError, KafkaJSRequestTimeoutError } =
  kafkajs;

const told = (type: string, retriable = false) =>
  // kafkajs declares a narrower argument than it takes.
  new KafkaJSProtocolError(Object.assign(new Error(`Kafka says ${type}`), { type, retriable }) as never);

describe('errors of Kafka', () => {
  it.each([
    ['TOPIC_AUTHORIZATION_FAILED', { code: 'forbidden', retry: 'never' }],
    ['MESSAGE_TOO_LARGE', { code: 'limit-exceeded', retry: 'never' }],
    ['KAFKA_STORAGE_ERROR', { code: 'storage-full', retry: 'later' }],
    ['NOT_ENOUGH_REPLICAS', { code: 'unavailable', retry: 'later' }],
  ])('%s becomes %j', (type, expected) => {
    expect(kafkaError(told(type), 'Kafka took no record')).toMatchObject({
      ...expected,
      message: `Kafka took no record: ${type}`,
    });
  });

  it('become unavailable when Kafka did not answer, and a timeout when it took too long', () => {
    expect(kafkaError(new KafkaJSConnectionError('Connection error: refused'), 'Kafka')).toMatchObject({
      code: 'unavailable',
      message: 'Kafka: Connection error: refused',
    });
    expect(kafkaError(new KafkaJSRequestTimeoutError('Request Fetch timed out'), 'Kafka').code).toBe('timeout');
  });

  it('stay as they are when they are ours', () => {
    const own = new Corrupt('gone');
    expect(kafkaError(own, 'Kafka')).toBe(own);
  });

  it('are known through the wrapping of retries', () => {
    const wrapped = new KafkaJSNumberOfRetriesExceeded(told('GROUP_AUTHORIZATION_FAILED'), {
      retryCount: 1,
      retryTime: 1,
    });
    expect(typeOf(wrapped)).toBe('GROUP_AUTHORIZATION_FAILED');
    expect(isDenied(wrapped)).toBe(true);
  });

  it('are tried again when Kafka says so, or was not reached', () => {
    const again = [told('NOT_LEADER_FOR_PARTITION', true), new KafkaJSConnectionError('refused')];
    const never = [told('TOPIC_AUTHORIZATION_FAILED'), told('OFFSET_OUT_OF_RANGE'), new Corrupt('gone')];
    expect([...again, ...never].map(isTransient)).toEqual([true, true, false, false, false]);
  });
});
