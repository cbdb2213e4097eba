/** What one session of the demo showed. */
export interface DemoSessionReport {
  readonly name: string;
  readonly daysAgo: number;
  readonly turns: number;
  /** Memories that the session left, by kind. */
  readonly kept: Readonly<Record<string, number>>;
  /** Sentences of the profile after it, by part. */
  readonly profile: Readonly<Record<string, readonly string[]>>;
  /** The sentences that it was summed up to; empty for one that goes on. */
  readonly summary: string;
  readonly cost: DemoCost;
}

/** What a model would have read to answer the session's user turns, in tokens as the service counts them. */
export interface DemoCost {
  /** Calls of a model: one for each turn of the user. */
  readonly calls: number;
  /** With the contexts that Mneme built. */
  readonly contextTokens: number;
  /** With everything that was said so far, in every session. */
  readonly replayTokens: number;
  readonly contextUsd: number;
  readonly replayUsd: number;
}

export interface DemoHandOff {
  readonly from: string;
  readonly to: string;
  readonly note: string;
  readonly stateJson: string;
  /** Turns and memories that the receiver had after its first call. */
  readonly turns: number;
  readonly memories: readonly string[];
}

export interface DemoReport {
  readonly tenantId: string;
  readonly user: string;
  readonly sessions: readonly DemoSessionReport[];
  /** Preferences as they were known the day after the first session, and now. */
  readonly preferences: { readonly then: readonly string[]; readonly now: readonly string[] };
  readonly handOff: DemoHandOff;
  readonly question: string;
  /** The context for the question, as a model gets it. */
  readonly context: string;
  readonly model: string;
  readonly pricedOn: string;
  readonly total: DemoCost & { readonly savedShare: number };
}
