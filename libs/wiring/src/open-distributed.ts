import { openFileKeyVault } from '@mneme/file-key-vault';
import { type Logger, refusedShadowStores } from '@mneme/platform';
import type { DistributedConfig } from './engines.config.js';
import type { EngineFault, EngineSet } from './engine-set.js';
import type { EngineName } from './engines-of.js';
import { openGraph, openLog, openSessions, openTables, openVectors } from './open-engine.js';
import type { OpenStores } from './stores.js';

/** One engine that is open. */
interface Opened {
  readonly engine: EngineName;
  check(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/**
 * The engines of one service, each checked while it is opened; the ports of those that the service does not open are
 * absent. What was opened is closed again when one of them fails.
 */
export async function openDistributed(config: DistributedConfig, logger: Logger): Promise<EngineSet<OpenStores>> {
  const keyVault = openFileKeyVault(config.keyFiles);
  const opened: Opened[] = [];
  // Backwards: what was opened first stands below what was opened later.
  const close = async () => {
    for (const one of opened.toReversed()) await one.close();
  };
  const note = <T extends Omit<Opened, 'engine'>>(engine: EngineName, one: T): T => {
    opened.push({ engine, check: (signal) => one.check(signal), close: () => one.close() });
    return one;
  };
  try {
    const { vectorModels: readModels, ...stores } = await openAll(config, { logger, note });
    let vectorModels: readonly string[] = [];
    return {
      stores: { ...stores, keyVault, shadowStores: refusedShadowStores },
      places: opened.map(({ engine }) => engine).join(', '),
      vectorModels: () => vectorModels,
      join: () => undefined,
      check: async (signal) => {
        const faults = await faultsOf(opened, signal);
        if (readModels !== undefined && faults.length === 0) vectorModels = await readModels(signal);
        return faults;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Note = <T extends Omit<Opened, 'engine'>>(engine: EngineName, one: T) => T;

type AllOpen = Omit<OpenStores, 'keyVault'> & {
  readonly vectorModels?: (signal: AbortSignal) => Promise<readonly string[]>;
};

async function openAll(
  config: DistributedConfig,
  { logger, note }: { readonly logger: Logger; readonly note: Note },
): Promise<AllOpen> {
  const { service, kafka, postgres, qdrant, neo4j, redis } = config;
  const log = note('kafka', await openLog(kafka, { service, logger }));
  const tables = note('postgres', await openTables(postgres, { service, logger, log: log.log }));
  const vectors = qdrant === undefined ? {} : note('qdrant', await openVectors(qdrant));
  const graph = neo4j === undefined ? {} : note('neo4j', await openGraph(neo4j));
  const sessions = redis === undefined ? {} : note('redis', await openSessions(redis, { service, logger }));
  return { ...portsOf(tables), ...portsOf(log), ...portsOf(vectors), ...portsOf(graph), ...portsOf(sessions) };
}

/** Without what is not a port. */
function portsOf<T extends object>(opened: T): Omit<T, 'check' | 'close'> {
  const { check: _check, close: _close, ...ports } = opened as T & Partial<Opened>;
  return ports;
}

async function faultsOf(opened: readonly Opened[], signal: AbortSignal): Promise<readonly EngineFault[]> {
  const checked = await Promise.allSettled(opened.map((one) => one.check(signal)));
  return checked.flatMap((result, i) => {
    const { engine } = opened[i] as Opened;
    return result.status === 'fulfilled' ? [] : [{ engine, problem: problemOf(result.reason) }];
  });
}

function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it cannot be checked';
}
