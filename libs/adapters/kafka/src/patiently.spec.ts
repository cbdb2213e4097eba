import { describe, expect, it } from '@jest/globals';
import { DEFAULT_KAFKA_LIMITS } from './kafka-limits.js';
import { patiently } from './patiently.js';

const LIMITS = { ...DEFAULT_KAFKA_LIMITS, startTimeoutMs: 200, retryPauseMs: 5, retryPauseMsMax: 20 };
const failure = (type: string, retriable: boolean) => Object.assign(new Error(type), { type, retriable });

/** Fails so many times, then answers how often it was asked. */
function failing(times: number, error: Error) {
  let asked = 0;
  return async () => {
    asked += 1;
    if (asked <= times) throw error;
    return asked;
  };
}

describe('patiently', () => {
  it('waits for what will be there in a moment', async () => {
    expect(await patiently(failing(3, failure('NOT_COORDINATOR_FOR_GROUP', true)), LIMITS)).toBe(4);
  });

  it('does not wait for what will never be', async () => {
    const denied = failure('TOPIC_AUTHORIZATION_FAILED', false);
    await expect(patiently(failing(1, denied), LIMITS)).rejects.toBe(denied);
  });

  it('gives up in the end', async () => {
    const away = failure('LEADER_NOT_AVAILABLE', true);
    await expect(patiently(failing(Infinity, away), LIMITS)).rejects.toBe(away);
  });
});
