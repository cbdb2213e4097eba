/** When a turn counts as the echo of what was just recalled. */
export interface EchoPolicy {
  /** How long a recall is remembered; 0: no turn is an echo. */
  readonly windowMinutes: number;
  /** Share of a turn's words in sentences that were recalled, from which on it is dropped. */
  readonly share: number;
}

export const DEFAULT_ECHO_POLICY: EchoPolicy = { windowMinutes: 30, share: 0.8 };

/** Recalls are kept in memory for no longer than this, whatever a tenant would like. */
export const ECHO_WINDOW_MINUTES_MAX = 120;
