import type { ErasureReport } from '@mneme/proto';
import type { Connection } from '../connect.js';
import { waitUntilErased } from '../wait-until-erased.js';
import { userName, USERS } from './corpus.js';
import type { ErasureTime } from './report.js';

const POLL_MS = 100;
const WAIT_MS_MAX = 30 * 60_000;

/** Erases a user of the middle rank, then the largest. */
export async function measureErasures(connection: Connection, signal?: AbortSignal): Promise<readonly ErasureTime[]> {
  return [
    await erase(connection, { who: 'medium user', userId: userName(USERS / 2) }, signal),
    await erase(connection, { who: 'largest user', userId: userName(0) }, signal),
  ];
}

async function erase(
  connection: Connection,
  { who, userId }: { readonly who: ErasureTime['who']; readonly userId: string },
  signal: AbortSignal | undefined,
): Promise<ErasureTime> {
  const startMs = performance.now();
  const first = await connection.erasure.eraseUser({ userId, legalBasis: 'benchmark' });
  const report = await waitUntilErased(connection, first, { pollMs: POLL_MS, waitMsMax: WAIT_MS_MAX, signal });
  const seconds = (performance.now() - startMs) / 1000;
  return {
    who,
    seconds,
    steps: stepSeconds(report),
    erasedMemories: catalogued(report),
    verdict: report.verdict ?? '',
  };
}

function stepSeconds(report: ErasureReport): Readonly<Record<string, number>> {
  const startMs = Date.parse(report.requestedAt);
  return Object.fromEntries(
    report.steps.map(({ step, takenAt }) => [step, (Date.parse(takenAt) - startMs) / 1000] as const),
  );
}

/** What the catalogue held when it was counted. */
function catalogued(report: ErasureReport): number {
  const enumerated = report.steps.find(({ step }) => step === 'enumerated');
  return enumerated?.counts.find(({ place }) => place === 'catalogue')?.count ?? 0;
}
