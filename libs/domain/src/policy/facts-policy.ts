/** What is inferred is worth less than what somebody has said outright, and for a shorter time. */
export interface FactsPolicy {
  /** Confidence of an inferred fact, as a share of what a stated one has. */
  readonly inferredShare: number;
  /** Days that an inferred fact lives at most, unless it is heard again; null: as long as a stated one. */
  readonly inferredDays: number | null;
}

export const DEFAULT_FACTS_POLICY: FactsPolicy = { inferredShare: 0.6, inferredDays: 180 };
