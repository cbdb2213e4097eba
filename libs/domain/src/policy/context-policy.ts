/** How contexts of a tenant are made. */
export interface ContextPolicy {
  /** Tokens of a context whose request names none; never more than the model's window. */
  readonly budgetTokens: number;
  /** Share of the budget that the profile may take before everything else. */
  readonly profileShare: number;
  /** Share that is kept for the session's last turns while memories are chosen. */
  readonly turnsShare: number;
}

export const DEFAULT_CONTEXT_POLICY: ContextPolicy = { budgetTokens: 4_000, profileShare: 0.25, turnsShare: 0.3 };

/** Less holds no item beside the marks. */
export const CONTEXT_TOKENS_MIN = 128;
export const CONTEXT_TOKENS_MAX = 1_000_000;
