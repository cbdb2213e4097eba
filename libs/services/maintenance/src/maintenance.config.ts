import { type Env, integerFrom, parseEnv } from '@mneme/platform';

export interface MaintenanceConfig {
  /** How often old rows are dropped. */
  readonly housekeepingMs: number;
  /** Commands that maintenance gives in a second, so that ingest and the consumers are not starved. */
  readonly commandsPerS: number;
  /** Records that the write-filter may be behind before maintenance waits for it. */
  readonly behindMax: number;
  readonly pageMemoriesMax: number;
  /** Memories of one subject that are compared with each other. */
  readonly subjectMemoriesMax: number;
  /** Memories of a tenant that expire, or are lowered for want of a review, in one round of housekeeping. */
  readonly roundMemoriesMax: number;
  /** Audits that are taken forward in turns. */
  readonly unfinishedMax: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  /** Audits that a list gives, and findings that come as examples. */
  readonly listedMax: number;
  /** Memories that are looked at for one page of findings. */
  readonly findingsLookedAtMax: number;
  /** Records of `discarded` that are read for the figures of one tenant, by partition. */
  readonly droppedRecordsMax: number;
  readonly webhook: WebhookConfig;
}

export interface WebhookConfig {
  /** Requests under way in this process. */
  readonly atOnceMax: number;
  /** How often the catalogue is looked at for what is due. */
  readonly everyMs: number;
  /** Memories of a tenant that are taken up at one look. */
  readonly roundMemoriesMax: number;
  readonly attemptsMax: number;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  /** How long a memory is left alone after its last attempt failed, or its source did not know. */
  readonly restMs: number;
  /** Memories whose rest is remembered. */
  readonly restingMax: number;
}

export const DEFAULT_MAINTENANCE_CONFIG: MaintenanceConfig = {
  housekeepingMs: 600_000,
  commandsPerS: 200,
  behindMax: 5_000,
  pageMemoriesMax: 500,
  subjectMemoriesMax: 20_000,
  roundMemoriesMax: 20_000,
  unfinishedMax: 1_000,
  backoffMinMs: 100,
  backoffMaxMs: 30_000,
  listedMax: 50,
  findingsLookedAtMax: 5_000,
  droppedRecordsMax: 50_000,
  webhook: {
    atOnceMax: 8,
    everyMs: 15_000,
    roundMemoriesMax: 100,
    attemptsMax: 4,
    backoffMinMs: 500,
    backoffMaxMs: 30_000,
    restMs: 3_600_000,
    restingMax: 100_000,
  },
};

/** Reads `MNEME_HOUSEKEEPING_MS`, `MNEME_MAINTENANCE_*` and of `MNEME_WEBHOOK_*` how often it is asked. @throws InvalidInput with every problem. */
export function parseMaintenanceConfig(env: Env): MaintenanceConfig {
  const { webhook, ...defaults } = DEFAULT_MAINTENANCE_CONFIG;
  const { housekeepingMs, commandsPerS, ...read } = parseEnv(
    {
      housekeepingMs: ['MNEME_HOUSEKEEPING_MS', integerFrom(1_000, 86_400_000, defaults.housekeepingMs)],
      commandsPerS: ['MNEME_MAINTENANCE_COMMANDS_PER_S', integerFrom(1, 10_000, defaults.commandsPerS)],
      everyMs: ['MNEME_WEBHOOK_EVERY_MS', integerFrom(100, 3_600_000, webhook.everyMs)],
      atOnceMax: ['MNEME_WEBHOOK_AT_ONCE_MAX', integerFrom(1, 64, webhook.atOnceMax)],
    },
    env,
  );
  return { ...defaults, housekeepingMs, commandsPerS, webhook: { ...webhook, ...read } };
}
