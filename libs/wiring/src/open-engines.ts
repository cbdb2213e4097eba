import type { Clock, Embedder } from '@mneme/ports';
import { BudgetMeter, Keyring, type Logger, type Metrics } from '@mneme/platform';
import { openSqlite, type SharedOpening, type Sqlite } from '@mneme/sqlite';
import { openStaticEmbedder } from '@mneme/static-embedder';
import type { EnginesConfig } from './engines.config.js';
import { systemClock } from './system-clock.js';

/** What the services of one process stand on. */
export interface Engines {
  readonly stores: Sqlite;
  readonly embedder: Embedder;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly budgets: BudgetMeter;
  close(): Promise<void>;
}

/**
 * Opens the data directory for this process alone; `shared` says which of two threads opens it.
 * @throws Unavailable when another process has it; Corrupt, also `newer-version`, when its files cannot be trusted.
 */
export async function openEngines(
  config: EnginesConfig,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
  shared?: SharedOpening,
): Promise<Engines> {
  const stores = openSqlite(config.dataDirectory, shared === undefined ? {} : { shared });
  const clock = systemClock;
  const keyring = new Keyring({
    controlStore: stores.controlStore,
    registry: stores.subjectRegistry,
    vault: stores.keyVault,
    clock,
    keyCacheMs: config.keyCacheMs,
    subjectsMax: config.keyCacheSubjectsMax,
    onCorruptKey: (tenantId) => {
      metrics.increment('mneme_corrupt_keys_total');
      logger.error('the data key of a subject does not open; the subject is closed', { tenantId });
    },
  });
  const budgets = new BudgetMeter({ usageStore: stores.usageStore, clock, logger });
  const close = async () => {
    await budgets.flush();
    await stores.close();
  };
  return { stores, embedder: openStaticEmbedder(), clock, keyring, budgets, close };
}
