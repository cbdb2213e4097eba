import type { SubjectId, TenantId, TurnId } from '@mneme/events';

export interface TurnReservation {
  readonly turnId: TurnId;
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  /** Epoch of the subject under which the fingerprint was made. */
  readonly epoch: number;
  /** Keyed hash of the turn's payload. */
  readonly fingerprint: string;
  /** Proposed; a repeat keeps the one that was reserved first. */
  readonly recordedAt: number;
}

export type ReservedTurn =
  | { readonly state: 'reserved'; readonly recordedAt: number }
  /** Reserved before; `position` is there once the log had it. */
  | { readonly state: 'repeat'; readonly recordedAt: number; readonly position?: TurnPosition }
  /** Reserved before for another payload. */
  | { readonly state: 'conflict' };

export interface TurnPosition {
  readonly partition: number;
  readonly offset: number;
}

/** Where the log has a turn, and under which instant it was published: that of its reservation. */
export interface TurnMark extends TurnPosition {
  readonly turnId: TurnId;
  readonly recordedAt: number;
}

/** Makes ingest idempotent: which turns were taken, under which instant, and where the log has them. Kept 14 days. */
export interface AcceptedTurns {
  /**
   * Reserves every turn or, when one of them conflicts, none; durable when it resolves. Answers in the order given.
   * A turn named twice in one call is reserved once; its second mention is a `repeat`, or a `conflict` when its
   * fingerprint differs. A reservation of an older epoch counts as absent and is replaced.
   */
  reserve(turns: readonly TurnReservation[]): Promise<readonly ReservedTurn[]>;

  /**
   * Notes where the log has the turns. Idempotent. It need not be durable when it resolves: a reservation that lost
   * its mark is published again with the same bytes. A mark that comes late, for a reservation of another instant than
   * the one that is there, is dropped: the turn of that one is not where the mark says.
   */
  mark(turns: readonly TurnMark[]): Promise<void>;

  /** Highest `recordedAt` reserved, 0 when there is none. */
  highestRecordedAt(): Promise<number>;

  /** Forgets reservations recorded before `recordedAt` (µs), at most `turnsMax` of them; answers how many. */
  expire(recordedAt: number, turnsMax: number): Promise<number>;
}
