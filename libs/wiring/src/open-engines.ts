import type { MessagePort } from 'node:worker_threads';
import type { Clock, Embedder, LanguageModel, WebhookCaller } from '@mneme/ports';
import { BudgetMeter, Keyring, type Logger, type Metrics } from '@mneme/platform';
import type { SharedOpening } from '@mneme/sqlite';
import { HttpWebhookCaller } from '@mneme/webhook';
import type { EnginesConfig } from './engines.config.js';
import { ENGINES_OF, type Extra, type ServiceName } from './engines-of.js';
import type { EngineFault, EngineSet } from './engine-set.js';
import { openEmbedder } from './open-embedder.js';
import { openLanguageModel } from './open-language-model.js';
import type { OpenStores, Stores } from './stores.js';
import { monotonicClock, systemClock } from './system-clock.js';

/** What a service of the distributed profile has opened: nothing that it does not speak to. */
export interface OpenEngines extends Pick<EngineSet<OpenStores>, 'stores' | 'vectorModels' | 'places'> {
  readonly embedder?: Embedder | undefined;
  readonly languageModel?: LanguageModel | undefined;
  readonly webhookCaller?: WebhookCaller | undefined;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly budgets: BudgetMeter;
  /** What of the engines cannot be used now; empty when all can. */
  check(signal: AbortSignal): Promise<readonly EngineFault[]>;
  close(): Promise<void>;
}

/** Everything, as one process that has all services in it stands on. */
export interface Engines extends OpenEngines {
  readonly stores: Stores;
  readonly embedder: Embedder;
  readonly languageModel: LanguageModel;
  readonly webhookCaller: WebhookCaller;
  /** A second thread opens a data directory anew: this is the owner's end of the channel to it. */
  join(port: MessagePort): void;
}

export interface Hearing {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Opens every engine for this process alone, and the models; `shared` says which of two threads opens a data directory.
 * @throws InvalidInput when a model's calibration is missing; Unavailable when an engine is, or another process has the
 * data directory; Corrupt, also `newer-version`, when what is there cannot be trusted.
 */
export async function openEngines(config: EnginesConfig, hearing: Hearing, shared?: SharedOpening): Promise<Engines> {
  const set = await openSet(config, hearing.logger, shared);
  return withModels(set, { config, hearing, service: 'standalone' }) as Promise<Engines>;
}

/** The same for one service, with the engines of `ENGINES_OF`. A data directory has its owner and no other: it is refused. */
export async function openEnginesOf(
  service: ServiceName,
  config: EnginesConfig & { readonly profile: 'distributed' },
  hearing: Hearing,
): Promise<OpenEngines> {
  const { openDistributed } = await import('./open-distributed.js');
  return withModels(await openDistributed(config, hearing.logger), { config, hearing, service });
}

// What an engine is spoken to with is loaded only where it is chosen.
async function openSet(
  config: EnginesConfig,
  logger: Logger,
  shared: SharedOpening | undefined,
): Promise<EngineSet<Stores>> {
  if (config.profile === 'embedded') return (await import('./open-embedded.js')).openEmbedded(config, shared);
  return (await (await import('./open-distributed.js')).openDistributed(config, logger)) as EngineSet<Stores>;
}

interface Models {
  readonly config: EnginesConfig;
  readonly hearing: Hearing;
  readonly service: ServiceName;
}

async function withModels(set: EngineSet<OpenStores>, models: Models): Promise<OpenEngines> {
  try {
    return await enginesOn(set, models);
  } catch (error) {
    await set.close();
    throw error;
  }
}

async function enginesOn(set: EngineSet<OpenStores>, { config, hearing, service }: Models): Promise<OpenEngines> {
  const clock = systemClock;
  const { stores } = set;
  const has = (extra: Extra) => (ENGINES_OF[service].also as readonly Extra[]).includes(extra);
  const keyring = keyringOn(stores, config, hearing);
  const budgets = new BudgetMeter({ usageStore: stores.usageStore, clock, logger: hearing.logger });
  const asking = { clock, keyring, ...hearing };
  return {
    ...set,
    embedder: has('embedder') ? await openEmbedder(config.embedder, config.dataDirectory, hearing.metrics) : undefined,
    languageModel: has('language-model') ? await openLanguageModel(config.languageModel, asking) : undefined,
    webhookCaller: has('webhooks') ? new HttpWebhookCaller(config.webhook) : undefined,
    clock,
    keyring,
    budgets,
    close: async () => {
      await budgets.flush();
      await set.close();
    },
  };
}

function keyringOn(stores: OpenStores, config: EnginesConfig, { logger, metrics }: Hearing): Keyring {
  return new Keyring({
    controlStore: stores.controlStore,
    registry: stores.subjectRegistry,
    vault: stores.keyVault,
    clock: monotonicClock,
    keyCacheMs: config.keyCacheMs,
    subjectsMax: config.keyCacheSubjectsMax,
    tenantsMax: config.keyCacheTenantsMax,
    onCorruptKey: (tenantId) => {
      metrics.increment('mneme_corrupt_keys_total');
      logger.error('the data key of a subject does not open; the subject is closed', { tenantId });
    },
  });
}
