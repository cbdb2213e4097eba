export interface LeaseOptions {
  /** Ends the wait for the lease. */
  readonly signal: AbortSignal;
  /**
   * Called once, when the lease could not be renewed in time: another process may have it from now on, and whoever hears
   * this stops what only one may do.
   */
  readonly lost: () => void;
}

export interface Lease {
  /** Lets the next one have it at once. Idempotent; `lost` is not called for it. */
  release(): Promise<void>;
}

/**
 * Lets one of several processes be the active one. At most one process has the lease of a name at a time, by the clock of
 * the engine that keeps it; a holder that is killed loses it when its time is over, and one that cannot renew it hears of
 * that before another can have it.
 */
export interface Leases {
  /**
   * Resolves when this process has the lease, however long that takes: an engine that is away is asked again.
   * Rejects with the signal's reason when that aborts.
   */
  acquire(name: string, options: LeaseOptions): Promise<Lease>;
}
