import { existsSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { InvalidInput, type Place, startOwnService, Unavailable } from '@mneme/client';
import type { Invocation } from './invocation.js';
import { SERVICE_MAIN } from './paths.js';

export interface MeasuredService extends Place {
  readonly operatorKey: string;
}

/** Runs the work against a service of its own, which is gone afterwards, or against the running one. */
export async function withService<T>(
  invocation: Invocation,
  own: boolean,
  work: (service: MeasuredService) => Promise<T>,
): Promise<T> {
  if (!own) {
    const { apiKey: operatorKey, ...place } = invocation.locate('operator');
    return work({ ...place, operatorKey });
  }
  if (!existsSync(SERVICE_MAIN)) throw new Unavailable('the service is not built: run `npm run build` first');
  invocation.note('starting a service in a temporary directory …');
  const { environment, signal } = invocation.terminal;
  const service = await startOwnService({ mainFile: SERVICE_MAIN, environment, signal });
  try {
    return await work(service);
  } finally {
    await service.stop();
  }
}

/** Sees that a file can be written before minutes of work are spent on what goes into it. */
export async function requireWritable(file: string | undefined, field: string): Promise<void> {
  if (file === undefined) return;
  try {
    await (await open(file, 'a')).close();
  } catch (cause) {
    throw new InvalidInput(`${file} cannot be written`, { field, cause });
  }
}

export function writeJsonFile(file: string, document: unknown): Promise<void> {
  return writeFile(file, `${JSON.stringify(document, null, 2)}\n`);
}
