import type { factsOf, normalisedName, StatedFact } from '@mneme/domain';

export interface LabelledFact {
  readonly subjects: readonly string[];
  readonly predicate: string;
  readonly objects: readonly string[];
  readonly negated?: boolean;
  readonly correction?: boolean;
  readonly qualifier?: string;
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly optional?: boolean;
}

export interface LabelledTurn {
  readonly id: string;
  readonly split: 'tune' | 'held-out';
  readonly text: string;
  readonly facts: readonly LabelledFact[];
}

export interface Rates {
  readonly facts: number;
  readonly right: number;
  readonly wrong: number;
  readonly missed: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface Scores {
  readonly rows: readonly (Rates & { readonly name: string })[];
  readonly all: Rates;
  readonly times: { readonly right: number; readonly wrong: number };
  readonly corrections: { readonly right: number; readonly wrong: number };
  readonly misses: readonly {
    readonly id: string;
    readonly text: string;
    readonly missed?: LabelledFact;
    readonly wrong?: StatedFact;
  }[];
}

export function labelledTurns(): readonly LabelledTurn[];
export function scoresOf(of: {
  readonly turns: readonly LabelledTurn[];
  readonly factsOf: typeof factsOf;
  readonly normalisedName: typeof normalisedName;
}): Scores;
