import { type Erasure, type ErasureStepNote, instantOf, type MemoryError, nextStep } from '@mneme/domain';
import { publishNote } from './erasure-event.js';
import type { ErasureRun } from './erasure-run.js';
import { STEPS, type TakenStep } from './steps/index.js';
import type { StepOutcome, WaitReason } from './steps/step.js';

export type RunEnd =
  | { readonly state: 'done' }
  | { readonly state: 'waiting'; readonly reason: WaitReason }
  | { readonly state: 'withdrawn'; readonly because: MemoryError };

/** Goes on from where the journal stands, through `last`; a step that was begun before a crash is done again. */
export async function takeSteps(run: ErasureRun, last: TakenStep = 'verified'): Promise<RunEnd> {
  for (;;) {
    run.signal.throwIfAborted();
    // Nothing leads to the request: it is what an erasure begins with.
    const step = nextStep(run.erasure.step) as TakenStep | undefined;
    if (step === undefined) return { state: 'done' };
    const outcome = await takeStep(run, step);
    if (outcome.state !== 'taken') return outcome;
    if (step === last) return { state: 'done' };
  }
}

/** The step, its note into the journal, what follows from the note, its event, and only then the next step's turn. */
async function takeStep(run: ErasureRun, step: TakenStep): Promise<StepOutcome> {
  const { take, settle } = STEPS[step];
  if (!isNoted(run.erasure, step)) {
    const outcome = await take(run);
    if (outcome.state !== 'taken') return outcome;
    await run.save({ ...outcome.patch, steps: [...run.erasure.steps, noteOf(run, step, outcome)] });
  }
  await settle?.(run);
  await publishNote(run);
  await run.save({ step });
  return { state: 'taken' };
}

function isNoted(erasure: Erasure, step: TakenStep): boolean {
  return erasure.steps.at(-1)?.step === step;
}

function noteOf(run: ErasureRun, step: TakenStep, outcome: StepOutcome & { readonly state: 'taken' }): ErasureStepNote {
  const { counts = [], barrier } = outcome;
  const takenAt = instantOf(run.ports.clock.nowMs());
  return { step, takenAt, counts, ...(barrier === undefined ? {} : { barrier }) };
}
