import type { PoisonReason, SuspectTurn, TenantPolicy } from '@mneme/domain';

export interface LabelledTurn {
  readonly source: SuspectTurn['sourceClass'];
  readonly text: string;
  /** Why it is to be held; empty for what is harmless. */
  readonly reasons: readonly PoisonReason[];
}

export interface Rates {
  readonly labelled: number;
  readonly precision: number | null;
  readonly recall: number | null;
}

export interface Figures {
  readonly turns: number;
  /** Of being held at all, whatever the reason. */
  readonly poison: Rates;
  readonly reasons: Readonly<Record<string, Rates>>;
  readonly wrong: readonly { readonly turn: LabelledTurn; readonly found: readonly PoisonReason[] }[];
}

export interface Rules {
  readonly poisonOf: (turn: SuspectTurn, policy: TenantPolicy) => readonly PoisonReason[];
  readonly policy: TenantPolicy;
}

export function figuresOf(turns: readonly LabelledTurn[], rules: Rules): Figures;
