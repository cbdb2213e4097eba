import { setTimeout as pause } from 'node:timers/promises';
import { isTransient } from './kafka-errors.js';
import type { KafkaLimits } from './kafka-limits.js';

/**
 * Tries again what fails for a moment, for `startTimeoutMs`: what was just made is not known everywhere at once, and of a
 * broker that has just begun a group has no coordinator yet. @throws what the last attempt did.
 */
export async function patiently<T>(attempt: () => Promise<T>, limits: KafkaLimits): Promise<T> {
  const untilMs = performance.now() + limits.startTimeoutMs;
  let pauseMs = limits.retryPauseMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isTransient(error) || performance.now() + pauseMs > untilMs) throw error;
      await pause(pauseMs);
      pauseMs = Math.min(2 * pauseMs, limits.retryPauseMsMax);
    }
  }
}
