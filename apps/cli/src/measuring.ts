import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  InvalidInput,
  type Place,
  startOwnService,
  startServices,
  Unavailable,
  type WatchedProcess,
} from '@mneme/client';
import type { Invocation } from './invocation.js';
import { mainFileOf, SERVICE_MAIN } from './paths.js';

export interface MeasuredService extends Place {
  readonly operatorKey: string;
  /** Of a distributed service that was started for this. */
  readonly processes?: readonly WatchedProcess[];
}

export const PROFILES = ['embedded', 'distributed'] as const;

export interface ServiceChoice {
  /** Start one for this, and end it afterwards. */
  readonly own: boolean;
  readonly profile: (typeof PROFILES)[number];
}

/** Runs the work against a service of its own, which is gone afterwards, or against the running one. */
export async function withService<T>(
  invocation: Invocation,
  { own, profile }: ServiceChoice,
  work: (service: MeasuredService) => Promise<T>,
): Promise<T> {
  if (!own) {
    const { apiKey: operatorKey, ...place } = invocation.locate('operator');
    return work({ ...place, operatorKey });
  }
  const service = profile === 'embedded' ? await ownProcess(invocation) : await ownProcesses(invocation);
  try {
    return await work(service);
  } finally {
    await service.stop();
  }
}

type Stoppable = MeasuredService & { stop(): Promise<void> };

async function ownProcess({ terminal: { environment, signal }, note }: Invocation): Promise<Stoppable> {
  if (!existsSync(SERVICE_MAIN)) throw new Unavailable('the service is not built: run `npm run build` first');
  note('starting a service in a temporary directory …');
  return startOwnService({ mainFile: SERVICE_MAIN, environment, signal });
}

/** Every service as a process of its own, on the engines that the environment names, under names of its own in them. */
async function ownProcesses({ terminal: { environment, signal }, note }: Invocation): Promise<Stoppable> {
  if (!existsSync(mainFileOf('ingest'))) {
    throw new Unavailable('the services are not built: run `npm run build:services` first');
  }
  note('starting the services in a temporary directory …');
  const directory = mkdtempSync(join(tmpdir(), 'mneme-own-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const onLost = (service: string, how: number | string) => note(`${service} ended (${how})`);
    const names = namesApart(randomBytes(4).toString('hex'));
    const started = { mainFileOf, environment: { ...environment, ...names }, directory, signal, onLost };
    const { place, operatorKey, processes, stop } = await startServices(started);
    const watched = processes.map(({ service: name, pid, http }) => ({ name, pid, http }));
    const engines = enginesIn(environment['MNEME_ENGINE_PIDS']);
    return { ...place, operatorKey, processes: [...watched, ...engines], stop: () => stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Names in shared engines that nobody else has. */
function namesApart(run: string): Record<string, string> {
  return {
    MNEME_KAFKA_TOPIC_PREFIX: `own-${run}.`,
    MNEME_POSTGRES_SCHEMA: `own_${run}`,
    MNEME_QDRANT_COLLECTION_PREFIX: `own-${run}`,
    MNEME_NEO4J_LABEL_SPACE: `Own${run}`,
    MNEME_REDIS_KEY_PREFIX: `own-${run}`,
  };
}

/** `kafka=123,qdrant=456`: what to watch besides the services. */
function enginesIn(pids = ''): readonly WatchedProcess[] {
  const pairs = pids.split(',').map((pair) => pair.split('='));
  return pairs.flatMap(([name = '', pid = '']) => (/^\d+$/.test(pid) ? [{ name, pid: Number(pid) }] : []));
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
