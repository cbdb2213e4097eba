import type { Clock, Embedder, LanguageModel, WebhookCaller } from '@mneme/ports';
import { BudgetMeter, Keyring, type Logger, type Metrics } from '@mneme/platform';
import { openSqlite, type SharedOpening, type Sqlite } from '@mneme/sqlite';
import { HttpWebhookCaller } from '@mneme/webhook';
import type { EnginesConfig } from './engines.config.js';
import { openEmbedder } from './open-embedder.js';
import { openLanguageModel } from './open-language-model.js';
import { systemClock } from './system-clock.js';

/** What the services of one process stand on. */
export interface Engines {
  readonly stores: Sqlite;
  readonly embedder: Embedder;
  readonly languageModel: LanguageModel;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly budgets: BudgetMeter;
  readonly webhookCaller: WebhookCaller;
  close(): Promise<void>;
}

/**
 * Opens the data directory for this process alone, and the models; `shared` says which of two threads opens it.
 * @throws InvalidInput when a model's calibration is missing; Unavailable when another process has the directory; Corrupt,
 * also `newer-version`, when its files cannot be trusted.
 */
export async function openEngines(
  config: EnginesConfig,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
  shared?: SharedOpening,
): Promise<Engines> {
  const clock = systemClock;
  const embedder = await openEmbedder(config.embedder, config.dataDirectory, metrics);
  const stores = openSqlite(config.dataDirectory, shared === undefined ? {} : { shared });
  const keyring = new Keyring({
    controlStore: stores.controlStore,
    registry: stores.subjectRegistry,
    vault: stores.keyVault,
    clock,
    keyCacheMs: config.keyCacheMs,
    subjectsMax: config.keyCacheSubjectsMax,
    tenantsMax: config.keyCacheTenantsMax,
    onCorruptKey: (tenantId) => {
      metrics.increment('mneme_corrupt_keys_total');
      logger.error('the data key of a subject does not open; the subject is closed', { tenantId });
    },
  });
  const languageModel = await openLanguageModel(config.languageModel, { clock, metrics, logger, keyring });
  const budgets = new BudgetMeter({ usageStore: stores.usageStore, clock, logger });
  const close = async () => {
    await budgets.flush();
    await stores.close();
  };
  const webhookCaller = new HttpWebhookCaller(config.webhook);
  return { stores, embedder, languageModel, clock, keyring, budgets, webhookCaller, close };
}
