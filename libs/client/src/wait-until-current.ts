import { Timeout } from '@mneme/domain';
import type { Connection } from './connect.js';

export interface WaitOptions {
  readonly token: string;
  readonly userId?: string;
  /** For evaluation tenants: the instant that reads take as now. */
  readonly now?: string;
  /** How long in all, in milliseconds. */
  readonly waitMsMax: number;
}

/** Longest wait of one read; the service refuses a longer one. */
const WAIT_STEP_MS = 20_000;

/**
 * Waits until recalls see everything up to the token. Answers the ids of the turns that failed on their way, of those
 * that the token covers. @throws Timeout after `waitMsMax`.
 */
export async function waitUntilCurrent(connection: Connection, options: WaitOptions): Promise<readonly string[]> {
  const untilMs = Date.now() + options.waitMsMax;
  while (Date.now() < untilMs) {
    const answer = await connection.retrieval.recall({
      question: 'ready',
      limit: 1,
      filters: [],
      waitFor: { token: options.token, timeoutMs: Math.min(WAIT_STEP_MS, Math.max(1, untilMs - Date.now())) },
      ...(options.userId === undefined ? {} : { userId: options.userId }),
      ...(options.now === undefined ? {} : { now: options.now }),
    });
    if (answer.freshness !== 'behind') return answer.failedTurnIds;
  }
  throw new Timeout(`the turns were not recallable in ${options.waitMsMax} ms`, {
    limit: `waitMsMax=${options.waitMsMax}`,
  });
}
