import { DEFAULT_LIMITS, type Limits } from '@mneme/domain';
import { type Env, integerFrom, parseEnv } from '@mneme/platform';

export interface IngestConfig {
  readonly limits: Limits;
  /** Turns that one write to the accepted turns and the log takes; a larger request goes alone. */
  readonly commitTurnsMax: number;
  /** Turns that may wait for that write; more are refused as `unavailable`. */
  readonly waitingTurnsMax: number;
  /** How long a request may wait for it; its keys are held no longer. */
  readonly waitingMsMax: number;
  /** Chunks of one stream that may be unanswered before the next is read. */
  readonly streamChunksMax: number;
  /** Bytes of one line of newline-delimited JSON. */
  readonly lineBytesMax: number;
  /** Bytes of the lines that are taken together as one chunk. */
  readonly lineChunkBytesMax: number;
  /** How long lines wait for others before they are taken. */
  readonly lineLingerMs: number;
  /** How long one such stream may go on; what comes after it is sent in another. */
  readonly lineStreamMsMax: number;
  /** Turns that may wait for the session store; more are left out of it. */
  readonly sessionTurnsWaitingMax: number;
  /** Turns that one write to the session store takes. */
  readonly sessionBatchTurnsMax: number;
  /** How long a write to the session store may hold back the next one. */
  readonly sessionWriteMsMax: number;
}

export const DEFAULT_INGEST_CONFIG: IngestConfig = {
  limits: DEFAULT_LIMITS,
  commitTurnsMax: 1_000,
  waitingTurnsMax: 20_000,
  waitingMsMax: 5_000,
  streamChunksMax: 8,
  // The text of a turn, each byte as an escape of six, and its other fields.
  lineBytesMax: 512 * 1024,
  lineChunkBytesMax: 8 * 1024 * 1024,
  lineLingerMs: 20,
  lineStreamMsMax: 240_000,
  sessionTurnsWaitingMax: 10_000,
  sessionBatchTurnsMax: 1_000,
  sessionWriteMsMax: 5_000,
};

/** Reads `MNEME_INGEST_*`; limits can be lowered, not raised. @throws InvalidInput with every problem at once. */
export function parseIngestConfig(env: Env): IngestConfig {
  const { limits, ...defaults } = DEFAULT_INGEST_CONFIG;
  const { turnTextBytesMax, batchTurnsMax, ...rest } = parseEnv(
    {
      turnTextBytesMax: [
        'MNEME_INGEST_TURN_TEXT_BYTES_MAX',
        integerFrom(1, limits.turnTextBytesMax, limits.turnTextBytesMax),
      ],
      batchTurnsMax: ['MNEME_INGEST_BATCH_TURNS_MAX', integerFrom(1, limits.batchTurnsMax, limits.batchTurnsMax)],
      commitTurnsMax: ['MNEME_INGEST_COMMIT_TURNS_MAX', integerFrom(1, 10_000, defaults.commitTurnsMax)],
      waitingTurnsMax: ['MNEME_INGEST_WAITING_TURNS_MAX', integerFrom(1_000, 1_000_000, defaults.waitingTurnsMax)],
      streamChunksMax: ['MNEME_INGEST_STREAM_CHUNKS_MAX', integerFrom(1, 256, defaults.streamChunksMax)],
    },
    env,
  );
  return { ...defaults, ...rest, limits: { ...limits, turnTextBytesMax, batchTurnsMax } };
}
