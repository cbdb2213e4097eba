import { setTimeout as sleep } from 'node:timers/promises';
import { Timeout } from '@mneme/domain';
import type { ErasureReport } from '@mneme/proto';
import type { Connection } from './connect.js';

export interface EraseWaitOptions {
  readonly waitMsMax: number;
  readonly pollMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with every report that shows a further step. */
  readonly onStep?: (report: ErasureReport) => void;
}

/** Follows an erasure to its last step. @throws Timeout; the erasure itself goes on. */
export async function waitUntilErased(
  connection: Connection,
  first: ErasureReport,
  options: EraseWaitOptions,
): Promise<ErasureReport> {
  const { erasureId } = first;
  const untilMs = Date.now() + options.waitMsMax;
  let report = first;
  let steps = -1;
  for (;;) {
    if (report.steps.length > steps) options.onStep?.(report);
    steps = report.steps.length;
    if (report.done) return report;
    if (Date.now() >= untilMs) break;
    await sleep(options.pollMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
    report = await connection.erasure.getErasure({ erasureId });
  }
  throw new Timeout(
    `erasure ${erasureId} has come to "${report.step}" and goes on; look again with \`mneme erasures ${erasureId}\``,
    { limit: `waitMsMax=${options.waitMsMax}` },
  );
}
