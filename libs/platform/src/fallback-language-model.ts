import type {
  Classification,
  ClassifyRequest,
  Extraction,
  LanguageModel,
  ModelOutcome,
  ModelRequest,
  ModelTurn,
  SummariseRequest,
  Summary,
} from '@mneme/ports';

/** The same three answers by rules: pure, at once, and never a failure. */
export interface LanguageRules {
  classify(turn: ModelTurn, labels: ClassifyRequest['labels']): Classification;
  extract(turn: ModelTurn): Extraction;
  summarise(request: SummariseRequest): Summary;
}

/** A language model that always answers: by rules, turn by turn, where the model did not. Each outcome says which way. */
export class FallbackLanguageModel implements LanguageModel {
  readonly id: string;

  constructor(
    private readonly model: LanguageModel,
    private readonly rules: LanguageRules,
  ) {
    this.id = model.id;
  }

  async classify(request: ClassifyRequest, signal?: AbortSignal): Promise<readonly ModelOutcome<Classification>[]> {
    const outcomes = await this.model.classify(request, signal);
    return this.#each(request, outcomes, (turn) => this.rules.classify(turn, request.labels));
  }

  async extract(request: ModelRequest, signal?: AbortSignal): Promise<readonly ModelOutcome<Extraction>[]> {
    const outcomes = await this.model.extract(request, signal);
    return this.#each(request, outcomes, (turn) => this.rules.extract(turn));
  }

  async summarise(request: SummariseRequest, signal?: AbortSignal): Promise<ModelOutcome<Summary>> {
    return orByRules(await this.model.summarise(request, signal), () => this.rules.summarise(request));
  }

  #each<T>(
    { turns }: ModelRequest,
    outcomes: readonly ModelOutcome<T>[],
    rule: (turn: ModelTurn) => T,
  ): readonly ModelOutcome<T>[] {
    return turns.map((turn, i) => orByRules(outcomes[i] ?? NO_OUTCOME, () => rule(turn)));
  }
}

const NO_OUTCOME = { isAnswered: false, failure: 'wrong-form' } as const;

function orByRules<T>(outcome: ModelOutcome<T>, rule: () => T): ModelOutcome<T> {
  if (outcome.isAnswered) return outcome;
  return { isAnswered: true, value: rule(), way: 'rules', itemsRefused: 0, insteadOf: outcome.failure };
}
