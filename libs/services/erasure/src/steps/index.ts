import type { ErasureStep } from '@mneme/events';
import { barrier } from './barrier.js';
import { enumerate } from './enumerate.js';
import { fence } from './fence.js';
import { shred } from './shred.js';
import type { Step } from './step.js';
import { sweepAgain } from './sweep-again.js';
import { sweep } from './sweep.js';
import { verify } from './verify.js';

/** A step that is taken; the request is what an erasure begins with. */
export type TakenStep = Exclude<ErasureStep, 'requested'>;

export const STEPS: Readonly<Record<TakenStep, Step>> = {
  fenced: fence,
  enumerated: enumerate,
  shredded: shred,
  'barrier-passed': barrier,
  swept: sweep,
  'swept-again': sweepAgain,
  verified: verify,
};
