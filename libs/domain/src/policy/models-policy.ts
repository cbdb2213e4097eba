/** Which turns a language model is asked about: none, those that the rules find unclear, or all that rules may judge. */
export const MODEL_USES = ['off', 'unclear', 'all'] as const;
export type ModelUse = (typeof MODEL_USES)[number];

/** What a language model does for a tenant; without a configured model rules do all of it, whatever this says. */
export interface ModelsPolicy {
  /** Whether a turn is kept, and what for. */
  readonly classify: ModelUse;
  /** A turn is unclear when its points are at most so far from `writeFilter.keepAtLeast`. */
  readonly unclearPoints: number;
  /** Facts of episodes; unclear are those that were kept for something in which the rules then find no fact. */
  readonly extract: ModelUse;
  /** Tokens a day (UTC), never more than the service's own; null: as the service has it. */
  readonly tokensPerDay: number | null;
}

export const UNCLEAR_POINTS_MAX = 10;

export const DEFAULT_MODELS_POLICY: ModelsPolicy = {
  classify: 'unclear',
  unclearPoints: 1,
  extract: 'unclear',
  tokensPerDay: null,
};

/** Measuring: rules alone, so that the same corpus gives the same figures. */
export const NO_MODELS_POLICY: ModelsPolicy = { ...DEFAULT_MODELS_POLICY, classify: 'off', extract: 'off' };

export const MODELS_ABOUT: Readonly<Record<string, string>> = {
  'models.classify': 'which turns a language model, when one is configured, says to keep or drop; off: rules alone',
  'models.unclearPoints': 'a turn is unclear when its points are at most so far from writeFilter.keepAtLeast',
  'models.extract':
    'which episodes a language model reads for facts beside the rules; unclear: those where rules find none',
  'models.tokensPerDay': 'tokens of language models on one day (UTC), then rules; null: as the service has it',
};
