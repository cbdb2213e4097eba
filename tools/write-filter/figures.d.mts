import type { DropReason, explainTurn, Judgement, TenantPolicy, TurnFlag } from '@mneme/domain';

export interface LabelledTurn {
  readonly role: 'user' | 'assistant' | 'tool' | 'system';
  readonly text: string;
  readonly keep: boolean;
  readonly flags?: readonly TurnFlag[];
}

/** Null where there is nothing to divide by. */
export interface Rates {
  readonly labelled: number;
  readonly precision: number | null;
  readonly recall: number | null;
}

export interface Rules {
  readonly explain: typeof explainTurn;
  readonly policy: TenantPolicy;
}

export interface Figures {
  readonly turns: number;
  readonly keep: Rates;
  readonly flags: Readonly<Partial<Record<TurnFlag, Rates>>>;
  readonly wrong: readonly (Judgement & {
    readonly turn: LabelledTurn;
    readonly kept: boolean;
    readonly found: readonly (TurnFlag | DropReason)[];
  })[];
}

export function figuresOf(turns: readonly LabelledTurn[], rules: Rules): Figures;
