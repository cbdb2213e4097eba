import { type ErasureCount, TOPICS } from '@mneme/events';
import type { Erasure, ErasureStepNote } from '@mneme/domain';
import type { ErasureReport, ErasureStepReport } from '@mneme/proto';
import type { WaitReason } from './steps/step.js';

const RECALLS_DAYS = TOPICS.recalls.retention.retentionMs / 86_400_000;

/**
 * What a caller is told of an erasure; pure. `counts` of a step: `enumerated` what was there, `swept` what is left,
 * `swept-again` and `verified` what was found before it was swept once more.
 */
export function reportOf(erasure: Erasure, waitingFor?: WaitReason): ErasureReport {
  const { erasureId, step, legalBasis, requestedBy, requestedAt, dueAt, epoch, verdict } = erasure;
  return {
    erasureId,
    step,
    done: step === 'verified',
    ...(verdict === undefined ? {} : { verdict }),
    legalBasis,
    requestedBy,
    requestedAt,
    dueAt,
    epoch,
    steps: erasure.steps.map(stepReportOf),
    outOfReach: [...outOfReachOf(erasure)],
    ...(waitingFor === undefined || step === 'verified' ? {} : { waitingFor: inWords(waitingFor) }),
  };
}

/** What the erasure does not take away, in words; never empty. */
export function outOfReachOf(erasure: Erasure): readonly string[] {
  return [
    'The fence: a keyed hash that stands for the person, with a number and a legal hold if there is one, stays in the ' +
      'registry so that nothing comes back.',
    'This report and its events: when, by which key and on which legal basis it was asked for; the events name the ' +
      'person only by a keyed hash, for ever.',
    ...restingOf(erasure).map(restOnTopic),
    `Tombstones on ${TOPICS.memories.name}: ids of the removed memories and the keyed hash of the person, no text; they ` +
      'go after 14 days.',
    `Ids of the person's memories in access events of others on ${TOPICS.recalls.name}, where an agent, a team or the whole ` +
      `organisation could recall them: no text; they go after ${RECALLS_DAYS} days.`,
    'What other people said about the person: it is theirs and stays, as does what was published to the whole ' +
      'organisation in its own name.',
    'Copies made outside of this service: exports, answers that agents got, and backups of the data directory, which ' +
      'can open the text for as long as they are kept with their keys.',
    'Bytes that engines and disks have given up but not yet written over: this report says what the stores answer, ' +
      'not what is physically on the disk.',
  ];
}

function inWords(reason: WaitReason): string {
  switch (reason.kind) {
    case 'group-behind': {
      const { group, place, committedOffset, neededOffset } = reason;
      return `the consumers "${group}" to pass offset ${neededOffset} of ${place}; they are at ${committedOffset}`;
    }
    case 'legal-hold':
      return 'the legal hold that was set after the fence to be lifted; the key is still there';
    case 'error':
      return `another attempt: the last one failed with "${reason.code}"`;
  }
}

function stepReportOf({ step, takenAt, counts, barrier }: ErasureStepNote): ErasureStepReport {
  return { step, takenAt, counts: counts.map((count) => ({ ...count })), barrier: { ...barrier } };
}

/** The newest word on every topic that still has records. */
function restingOf({ steps }: Erasure): readonly ErasureCount[] {
  const newest = new Map<string, ErasureCount>();
  for (const { counts } of steps) for (const count of counts) newest.set(count.place, count);
  return [...newest.values()].filter(({ count, goneBy }) => count > 0 && goneBy !== undefined);
}

function restOnTopic({ place, count, goneBy }: ErasureCount): string {
  const records = count === 1 ? '1 record' : `${count} records`;
  return `${records} on ${place}, sealed under the person's key, which the erasure destroys: gone by ${goneBy}.`;
}
