import { DEFAULT_ENGINE_WATCH, EngineWatch, type healthService, type Logger, type Readiness } from '@mneme/platform';
import { ENGINES_OF, type ServiceName } from './engines-of.js';
import type { OpenEngines } from './open-engines.js';

interface Around {
  readonly logger: Logger;
  readonly readiness: Readiness;
  readonly health: ReturnType<typeof healthService>;
}

/** Lets readiness, over HTTP and gRPC alike, follow the engines of a service. */
export function watchEngines(
  service: ServiceName,
  engines: Pick<OpenEngines, 'check'>,
  { logger, readiness, health }: Around,
): EngineWatch {
  const told = (isReady: boolean) => {
    if (readiness.isReady) health.setStatus('', isReady ? 'SERVING' : 'NOT_SERVING');
  };
  const check = (signal: AbortSignal) => engines.check(signal);
  const options = { needs: ENGINES_OF[service].needs, ...DEFAULT_ENGINE_WATCH };
  return new EngineWatch({ check, readiness, logger, told }, options);
}
