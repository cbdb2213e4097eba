import { type MaintenanceConfig, parseMaintenanceConfig } from '@mneme/maintenance-service';
import { type Env, parseEnv, parseParts, textOr } from '@mneme/platform';

export interface MaintenanceAppConfig {
  readonly maintenance: MaintenanceConfig;
  /** Where the first operator key is written when the file is not there; undefined: none is made. */
  readonly operatorKeyFile: string | undefined;
}

/** Reads `MNEME_OPERATOR_KEY_FILE`, and what `parseMaintenanceConfig` does. @throws InvalidInput with every problem. */
export function parseMaintenanceAppConfig(env: Env): MaintenanceAppConfig {
  const file = (value: string | undefined) => (value === undefined ? undefined : textOr('')(value));
  const { maintenance, files } = parseParts(
    {
      maintenance: parseMaintenanceConfig,
      files: (of) => parseEnv({ operatorKeyFile: ['MNEME_OPERATOR_KEY_FILE', file] }, of),
    },
    env,
  );
  return { maintenance, ...files };
}
