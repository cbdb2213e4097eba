import {
  type Env,
  type JwtConfig,
  parseJwtConfig,
  parseParts,
  parseProcessConfig,
  parseTlsConfig,
  type ProcessConfig,
  type TlsConfig,
} from '@mneme/platform';
import { type DistributedConfig, parseEnginesConfig } from './engines.config.js';
import type { ServiceOptions } from './start-service.js';

/** What one service as a process is told. */
export interface ServiceConfig<C> {
  readonly process: ProcessConfig;
  readonly engines: DistributedConfig;
  readonly own: C;
  /** Undefined in a service that takes no requests. */
  readonly jwt: JwtConfig | undefined;
  /** Undefined: plain text. */
  readonly tls: TlsConfig | undefined;
}

/** Reads the settings of one service. @throws InvalidInput with every problem of all its parts at once. */
export function parseServiceConfig<C extends object>(
  { service, parse, grpc }: Pick<ServiceOptions<C>, 'service' | 'parse' | 'grpc'>,
  env: Env,
): ServiceConfig<C> {
  return parseParts<ServiceConfig<C>>(
    {
      process: parseProcessConfig,
      // Alone a service has no other engines: the parser refuses what is not distributed.
      engines: (of) => parseEnginesConfig(of, service) as DistributedConfig,
      own: parse,
      jwt: (of) => (grpc === undefined ? undefined : parseJwtConfig(of)),
      tls: parseTlsConfig,
    },
    env,
  );
}
