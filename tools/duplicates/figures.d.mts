import type { indexedTextOf, likelyDuplicates, MaintenancePolicy, statementOf } from '@mneme/domain';

export interface LabelledPair {
  readonly one: string;
  readonly other: string;
  /** Whether they say the same, as somebody who would lose one of them sees it. */
  readonly same: boolean;
  /** Days between the two. */
  readonly daysApart: number;
}

export interface MergeRules {
  readonly statementOf: typeof statementOf;
  readonly likelyDuplicates: typeof likelyDuplicates;
  readonly indexedTextOf: typeof indexedTextOf;
  readonly embedder: { embedTexts(texts: readonly string[]): Promise<readonly { chunks: readonly Float32Array[] }[]> };
  readonly duplicates: MaintenancePolicy['duplicates'];
}

export interface MergeFigures {
  readonly pairs: number;
  readonly same: number;
  readonly merged: number;
  /** Of those merged: not the same. */
  readonly wronglyMerged: number;
  /** Of the same: not merged. */
  readonly missed: number;
}

export function mergeFiguresOf(pairs: readonly LabelledPair[], rules: MergeRules): Promise<MergeFigures>;
