import type { ModelTurn } from '@mneme/ports';

/** What is left of an answer after the check. */
export interface Checked<T> {
  readonly value: T;
  readonly itemsRefused: number;
}

/** Something that is asked of each turn by itself. */
export interface TurnTask<T> {
  readonly name: string;
  /** Property of the answer that holds a turn's items. */
  readonly field: string;
  readonly instructions: string;
  readonly schema: Readonly<Record<string, unknown>>;
  /** Keeps the items that may be believed of this turn. */
  check(items: readonly unknown[], turn: ModelTurn): Checked<T>;
}
