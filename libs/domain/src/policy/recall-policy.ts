/** How a tenant's recalls answer, beside the thresholds. */
export interface RecallPolicy {
  /**
   * Whether a recall answers by words and facts alone while nobody can compare vectors, where the request itself names no
   * threshold. Otherwise what cannot be measured is dropped.
   */
  readonly answersUnmeasured: boolean;
}

export const DEFAULT_RECALL_POLICY: RecallPolicy = { answersUnmeasured: true };
