/** Every size that an API checks, by the name that its error gives. */
export interface Limits {
  readonly turnTextBytesMax: number;
  readonly toolCallsMax: number;
  readonly nameCharsMax: number;
  readonly idCharsMax: number;
  readonly batchTurnsMax: number;
  /** How far ahead of the clock a turn's time may lie. */
  readonly clockAheadMsMax: number;
  readonly recallHitsMax: number;
  readonly questionBytesMax: number;
  readonly filtersMax: number;
  readonly filterValuesMax: number;
  readonly pageSizeMax: number;
  readonly sessionTurnsMax: number;
  /** Of the description of a task. */
  readonly taskBytesMax: number;
  readonly procedureStepsMax: number;
  /** How long a read may wait for its own writes. */
  readonly waitMsMax: number;
}

export const DEFAULT_LIMITS: Limits = {
  turnTextBytesMax: 65_536,
  toolCallsMax: 64,
  nameCharsMax: 128,
  idCharsMax: 256,
  batchTurnsMax: 1_000,
  clockAheadMsMax: 300_000,
  recallHitsMax: 50,
  questionBytesMax: 8_192,
  filtersMax: 16,
  filterValuesMax: 64,
  pageSizeMax: 200,
  sessionTurnsMax: 200,
  taskBytesMax: 2_048,
  procedureStepsMax: 64,
  waitMsMax: 30_000,
};
