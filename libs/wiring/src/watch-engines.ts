import {
  DEFAULT_ENGINE_WATCH,
  EngineWatch,
  type ErasuresApplied,
  type healthService,
  type Logger,
  type Readiness,
} from '@mneme/platform';
import { ENGINES_OF, type EngineName, type ServiceName } from './engines-of.js';
import type { OpenEngines } from './open-engines.js';

/** Holds registry and journal of erasures. */
const REGISTRY_ENGINE: EngineName = 'postgres';

interface Around {
  readonly logger: Logger;
  readonly readiness: Readiness;
  readonly health: ReturnType<typeof healthService>;
  /** Absent where the process itself applies the erasures on record. */
  readonly applied?: Pick<ErasuresApplied, 'lookAgain'> | undefined;
}

/** Lets readiness, over HTTP and gRPC alike, follow the engines of a service. */
export function watchEngines(
  service: ServiceName,
  engines: Pick<OpenEngines, 'check'>,
  { logger, readiness, health, applied }: Around,
): EngineWatch {
  const told = (isReady: boolean) => {
    if (readiness.isReady) health.setStatus('', isReady ? 'SERVING' : 'NOT_SERVING');
  };
  const back = (engine: string) => {
    if (engine !== REGISTRY_ENGINE) return;
    applied?.lookAgain().catch((error: unknown) => logger.error('the erasures on record cannot be read', { error }));
  };
  const check = (signal: AbortSignal) => engines.check(signal);
  const options = { needs: ENGINES_OF[service].needs, ...DEFAULT_ENGINE_WATCH };
  return new EngineWatch({ check, readiness, logger, told, back }, options);
}
