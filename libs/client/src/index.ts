/**
 * A typed client of a running Mneme service, and what is built on it: streaming a file in, measuring recall on a
 * dataset (evaluation) and speed on made-up traffic (bench).
 */
export * from './connect.js';
export type { CallLimits } from './calls.js';
export type { StreamOptions } from './stream-turns.js';
export { errorOfRefusal, refusalOfError } from './errors.js';
export * from './locate.js';
export * from './own-service.js';
export { type RunningServices, startServices, type StartServicesOptions } from './own-services/start-services.js';
export { SERVICE_NAMES, type ServiceName } from './own-services/service-names.js';
export type { ServiceProcess } from './own-services/service-process.js';
export { type AppName, APP_NAMES, type Place, type ServiceAddresses, type TlsOptions } from './place.js';
export { fileSource, type LineSource } from './text-lines.js';
export { TurnLine } from './turn-lines.js';
export * from './ingest-file.js';
export { bearerOf, createFreshTenant, type FreshTenant, type FreshTenantOptions } from './fresh-tenant.js';
export * from './wait-until-current.js';
export * from './wait-until-erased.js';
export type { LatencySummary } from './quantiles.js';
export { readDataset, type Dataset } from './eval/dataset.js';
export type { MetricRow } from './eval/metrics.js';
export type { Pass, Rankings } from './eval/ask-questions.js';
export * from './eval/run-evaluation.js';
export { runBench, type BenchOptions, type BenchSamples } from './bench/run-bench.js';
export type { ProcessUse, WatchedProcess } from './bench/process-watch.js';
export type * from './bench/report.js';
export type { LoadResult } from './bench/load.js';
export type { Machine } from './bench/machine.js';
export { readConversation, type DemoSession } from './demo/conversation.js';
export type * from './demo/report.js';
export { runDemo, type DemoOptions } from './demo/run-demo.js';
// For the tests of programs that use the client: a service that answers what the test says.
export { stubMemory, type StubMemory } from './stub-memory.js';
export * from './stub-service.js';
export {
  Conflict,
  Corrupt,
  DEFAULT_LIMITS,
  Forbidden,
  InvalidInput,
  isMemoryError,
  LimitExceeded,
  MemoryError,
  NotFound,
  Timeout,
  Unavailable,
} from '@mneme/domain';
export type * from '@mneme/proto';
