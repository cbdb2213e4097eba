/** The one source of "now"; no model and no store decides what time it is. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
}
