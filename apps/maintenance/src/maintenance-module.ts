import type { DynamicModule } from '@nestjs/common';
import { CONSUMERS_ELSEWHERE, type MaintenanceConfig, MaintenanceModule } from '@mneme/maintenance-service';
import { VERSION } from '@mneme/platform';
import type { OpenEngines } from '@mneme/wiring';

const CHECK_TIMEOUT_MS = 3_000;

/** Maintenance without what only the owner of a data directory has: a disk to look at, stores to rebuild, consumers to pause. */
export function maintenanceModule(config: MaintenanceConfig, engines: OpenEngines): DynamicModule {
  return MaintenanceModule.register({
    version: VERSION,
    dataDirectory: engines.places,
    vectorModels: () => engines.vectorModels(),
    engineFaults: () => engines.check(AbortSignal.timeout(CHECK_TIMEOUT_MS)),
    projections: [],
    consumers: CONSUMERS_ELSEWHERE,
    config,
  });
}
