export interface SessionsPolicy {
  /** How long a session has no turn until it counts as over and is summed up; null: only when somebody ends it. */
  readonly idleMinutes: number | null;
}

/** Sessions are kept for 24 h: what would end later would never end. */
export const IDLE_MINUTES_MAX = 1_380;

export const DEFAULT_SESSIONS_POLICY: SessionsPolicy = { idleMinutes: 30 };
