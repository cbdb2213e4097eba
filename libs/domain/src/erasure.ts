import { createHmac } from 'node:crypto';
import type { ErasureCount, ErasureStep, SubjectId, TenantId } from '@mneme/events';

/** The steps of an erasure in order; `shredded` is the pivot: nothing before destroys, nothing after is undone. */
export const ERASURE_STEPS: readonly ErasureStep[] = [
  'requested',
  'fenced',
  'enumerated',
  'shredded',
  'barrier-passed',
  'swept',
  'swept-again',
  'verified',
];

export type ErasureVerdict = 'clean' | 'NO_BASELINE' | 'incident';

/** An erasure as the journal keeps it: enough to go on after a crash at any step. */
export interface Erasure {
  readonly erasureId: string;
  readonly tenantId: TenantId;
  readonly subjectId: SubjectId;
  /** The epoch that the fence raised the subject to; records below it go. */
  readonly epoch: number;
  readonly legalBasis: string;
  readonly requestedBy: string;
  readonly requestedAt: string;
  readonly dueAt: string;
  /** The last step taken, whose event is on `erasures` or is published again at the next start. */
  readonly step: ErasureStep;
  readonly steps: readonly ErasureStepNote[];
  /** Ids to look for again after the sweep, sealed under a one-off key that is gone once verified. */
  readonly probes?: string;
  /** End offsets that the processing groups have to pass, `topic/partition` → offset; noted before the wait. */
  readonly barrier?: Readonly<Record<string, number>>;
  readonly verdict?: ErasureVerdict;
}

export interface ErasureStepNote {
  readonly step: ErasureStep;
  readonly takenAt: string;
  readonly counts: readonly ErasureCount[];
  readonly barrier?: Readonly<Record<string, number>>;
}

/** The step to take next; undefined when all are taken. */
export function nextStep(step: ErasureStep): ErasureStep | undefined {
  return ERASURE_STEPS[ERASURE_STEPS.indexOf(step) + 1];
}

/** How far an erasure is, as a number that only grows: the steps noted, and whether the last one is through. */
export function erasureProgressOf({ step, steps }: Pick<Erasure, 'step' | 'steps'>): number {
  const noted = Math.max(0, ...steps.map((note) => ERASURE_STEPS.indexOf(note.step)));
  return noted + ERASURE_STEPS.indexOf(step);
}

/** HMAC(commitment key, subject ‖ epoch): an auditor with the key can match a person, nobody else can. */
export function subjectCommitmentOf(commitmentKey: Uint8Array, subjectId: SubjectId, epoch: number): string {
  return createHmac('sha256', commitmentKey).update(`${subjectId}\0${epoch}`).digest('hex');
}
