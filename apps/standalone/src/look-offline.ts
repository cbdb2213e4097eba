import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Diagnose, digestTenant, digestView } from '@mneme/maintenance-service';
import { cannotStart, Logger, Metrics, Readiness, VERSION } from '@mneme/platform';
import { checkFiles, type Engines, openEngines } from '@mneme/wiring';
import { diskFreeOf } from './disk-bytes.js';
import type { StandaloneConfigs } from './standalone-configs.js';

const TENANTS_MAX = 1_000;
/** Nothing writes meanwhile, and nothing catches up. */
const AT_REST = { catchUpMsMax: 0, attemptsMax: 1 };

/**
 * Looks at a data directory that no process holds, prints what it found as one JSON document, and leaves all as it was.
 * @throws Unavailable when there is none, or another process holds it; what opening the engines throws.
 */
export async function lookOffline({ engines: config, standalone }: StandaloneConfigs): Promise<void> {
  const { dataDirectory } = config;
  if (config.profile !== 'embedded') throw cannotStart('only a data directory is looked at offline');
  if (!existsSync(join(dataDirectory, 'keys.db'))) throw cannotStart(`there is no data in ${dataDirectory}`);
  const observability = { logger: new Logger(standalone.logLevel), metrics: new Metrics() };
  const engines = await openEngines({ ...config, languageModel: { engine: 'none' } }, observability);
  try {
    const files = (await checkFiles(dataDirectory)).map(({ file, problem }) => ({
      name: file,
      state: problem === undefined ? 'ok' : 'bad',
      found: problem ?? 'every page can be read',
      remedy: problem === undefined ? '' : 'restore a backup: docs/runbook.md',
    }));
    const checks = await diagnoseOf(engines, dataDirectory).atRest();
    const report = {
      version: VERSION,
      dataDirectory,
      checks: [...files, ...checks],
      digests: await digestsOf(engines),
    };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  } finally {
    await engines.close();
  }
}

function diagnoseOf({ stores, clock, webhookCaller }: Engines, dataDirectory: string): Diagnose {
  const seen = { metrics: new Metrics(), readiness: new Readiness() };
  const diskFree = () => diskFreeOf(dataDirectory);
  return new Diagnose({ ...stores, ...seen, clock, webhookCaller, version: VERSION, diskFree });
}

/** Of every tenant; `behind` when consumers have to catch up first, which a start does. */
async function digestsOf({ stores, keyring, embedder }: Engines) {
  const { log, catalogue, vectorIndex, factGraph } = stores;
  const compared = { stores: [catalogue, vectorIndex, factGraph], limits: AT_REST };
  const tenants = await stores.controlStore.listTenants({ limit: TENANTS_MAX });
  const digests: object[] = [];
  for (const { tenantId } of tenants) {
    const comparisons = await digestTenant({ log, keyring, embedder }, { tenantId, ...compared }).catch(ifBehind);
    digests.push({ tenantId, ...(comparisons === undefined ? { isBehind: true } : digestView(comparisons)) });
  }
  return digests;
}

function ifBehind(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'timeout') return undefined;
  throw error;
}
