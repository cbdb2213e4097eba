import type { ErasureCount } from '@mneme/events';
import type { Erasure, MemoryError } from '@mneme/domain';
import type { ErasureRun } from '../erasure-run.js';

/** Why an erasure stays where it is for now; it goes on by itself. */
export type WaitReason =
  | {
      readonly kind: 'group-behind';
      readonly group: string;
      /** `topic/partition`. */
      readonly place: string;
      readonly committedOffset: number;
      readonly neededOffset: number;
    }
  | { readonly kind: 'legal-hold' }
  | { readonly kind: 'error'; readonly code: string };

export type StepOutcome =
  | {
      readonly state: 'taken';
      readonly counts?: readonly ErasureCount[];
      readonly barrier?: Readonly<Record<string, number>>;
      /** What else the journal is to hold from now on. */
      readonly patch?: Partial<Erasure>;
    }
  | { readonly state: 'waiting'; readonly reason: WaitReason }
  /** Refused before anything was done; only the fence can be. */
  | { readonly state: 'withdrawn'; readonly because: MemoryError };

/** One step of the saga. Both parts can run again after a crash at any point of them. */
export interface Step {
  /** Does the step, or as much of it as its note depends on. */
  take(run: ErasureRun): Promise<StepOutcome>;
  /** What follows from the note, once the journal has it and before it is published. */
  settle?(run: ErasureRun): Promise<void>;
}

export const TAKEN: StepOutcome = { state: 'taken' };
