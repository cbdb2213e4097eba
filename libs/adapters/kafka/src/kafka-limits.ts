import { InvalidInput } from '@mneme/domain';

/** Every bound of the adapter; `DEFAULT_KAFKA_LIMITS` fits services with 16 partitions and 250 MB. */
export interface KafkaLimits {
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** How long an append may wait for its turn, and then for Kafka: twice this is the longest that a call takes. */
  readonly appendTimeoutMs: number;
  /** How long an append waits for others that share its request; those that come while one is under way share the next. */
  readonly appendLingerMs: number;
  /** Records and bytes of one request; a call that is larger is sent in several, in its order. */
  readonly appendRecordsMax: number;
  readonly appendBytesMax: number;
  /** Bytes of one partition in one request: what Kafka takes as one batch, whole or not at all. */
  readonly appendBatchBytesMax: number;
  /** Bytes that may wait for their turn; what comes then is refused. */
  readonly appendWaitingBytesMax: number;
  /** Key and value of one record. */
  readonly recordBytesMax: number;
  /** How long Kafka holds a fetch that finds nothing; also what a stop waits for. */
  readonly fetchWaitMs: number;
  readonly fetchBytesMax: number;
  readonly partitionFetchBytesMax: number;
  /** What is kept of one partition for its handler: at this size nothing more is fetched. */
  readonly bufferRecordsMax: number;
  readonly bufferBytesMax: number;
  /** Bytes of keys and values after which a read takes no further record. */
  readonly readBytesMax: number;
  /** How long the start of a group waits for what will be there in a moment, such as its coordinator. */
  readonly startTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long a rebalance waits for batches in hand before they hear that their partition is lost. */
  readonly rebalanceDrainMs: number;
  /** How long it waits then until they have ended: longer than an append is under way, shorter than Kafka waits. */
  readonly rebalanceAbortMs: number;
  /** How long a batch of which nothing was committed waits before it is handed out again. */
  readonly uncommittedPauseMs: number;
  /** Between attempts to reach Kafka again; it doubles up to the second value. */
  readonly retryPauseMs: number;
  readonly retryPauseMsMax: number;
  /** How long a partition may hold records and give none before the consumer begins anew, and how often that is tried. */
  readonly stalledAfterMs: number;
  readonly stalledRenewalsMax: number;
  /** How long a stop or a close waits for Kafka; its own handlers it waits for without end. */
  readonly stopTimeoutMs: number;
  /** Keys of one subject, or subjects of one page, that a scan of a topic may hold at a time. */
  readonly scanKeysMax: number;
  /** Subjects whose scans are kept, so that the next page goes on where the last one ended, and for how long. */
  readonly scansKeptMax: number;
  readonly scanKeptMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const DEFAULT_KAFKA_LIMITS: KafkaLimits = {
  connectTimeoutMs: 3_000,
  requestTimeoutMs: 10_000,
  appendTimeoutMs: 5_000,
  appendLingerMs: 0,
  appendRecordsMax: 5_000,
  appendBytesMax: 8 * MIB,
  appendBatchBytesMax: 4 * MIB,
  appendWaitingBytesMax: 64 * MIB,
  recordBytesMax: 4 * MIB,
  fetchWaitMs: 250,
  fetchBytesMax: 8 * MIB,
  partitionFetchBytesMax: MIB,
  bufferRecordsMax: 4_000,
  bufferBytesMax: 2 * MIB,
  readBytesMax: 4 * MIB,
  startTimeoutMs: 30_000,
  sessionTimeoutMs: 15_000,
  rebalanceTimeoutMs: 15_000,
  heartbeatIntervalMs: 1_000,
  rebalanceDrainMs: 1_000,
  rebalanceAbortMs: 8_000,
  uncommittedPauseMs: 100,
  retryPauseMs: 100,
  retryPauseMsMax: 2_000,
  stalledAfterMs: 30_000,
  stalledRenewalsMax: 3,
  stopTimeoutMs: 5_000,
  scanKeysMax: 1_000_000,
  scansKeptMax: 8,
  scanKeptMs: 60_000,
};

/** @throws InvalidInput for a limit that is no whole number, or below 0. */
export function limitsOf(given: Partial<KafkaLimits>): KafkaLimits {
  const names = Object.keys(DEFAULT_KAFKA_LIMITS) as (keyof KafkaLimits)[];
  const limits = Object.fromEntries(names.map((name) => [name, given[name] ?? DEFAULT_KAFKA_LIMITS[name]]));
  for (const [field, value] of Object.entries(limits)) {
    const least = MAY_BE_ZERO.has(field) ? 0 : 1;
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new InvalidInput(`${field} must be a whole number from ${least} on`, { field, sent: String(value) });
  }
  return limits as unknown as KafkaLimits;
}

const MAY_BE_ZERO: ReadonlySet<string> = new Set([
  'appendLingerMs',
  'rebalanceDrainMs',
  'rebalanceAbortMs',
  'uncommittedPauseMs',
]);
