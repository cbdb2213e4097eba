import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type DiagnosisCheck, type DigestResponse, Unavailable } from '@mneme/client';
import type { Invocation } from './invocation.js';
import { SERVICE_MAIN } from './paths.js';

/** What a data directory that no service holds is like. */
export interface OfflineReport {
  readonly version: string;
  readonly dataDirectory: string;
  readonly checks: readonly DiagnosisCheck[];
  readonly digests: readonly OfflineDigest[];
}

/** `isBehind`: consumers have to catch up with the log first. */
export type OfflineDigest = { readonly tenantId: string } & (
  ({ readonly isBehind?: undefined } & DigestResponse) | { readonly isBehind: true }
);

const TOLD_BYTES_MAX = 16 * 1_024 * 1_024;

/** Has the service's own program look at the data directory. @throws Unavailable, also while a service holds it. */
export async function lookOffline({ terminal, dataDirectory }: Invocation): Promise<OfflineReport> {
  if (!existsSync(SERVICE_MAIN)) throw new Unavailable('the service is not built: run `npm run build` first');
  const child = spawn(process.execPath, [SERVICE_MAIN, '--offline'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...terminal.environment, MNEME_DATA_DIR: dataDirectory },
    signal: terminal.signal,
  });
  const [out, err] = [bounded(child.stdout), bounded(child.stderr)];
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (exitCode === 0) return JSON.parse(await out) as OfflineReport;
  const reason = (await err).trim().replace(/^mneme cannot start: /, '');
  throw new Unavailable(reason === '' ? 'the data directory could not be looked at' : reason);
}

async function bounded(stream: NodeJS.ReadableStream): Promise<string> {
  stream.setEncoding('utf8');
  let text = '';
  for await (const piece of stream) if (text.length < TOLD_BYTES_MAX) text += String(piece);
  return text;
}
