import { TOPICS } from '@mneme/events';
import { partitionOf } from '@mneme/domain';
import { PROCESSED_TOPICS, type ProcessedTopic } from '../erasure.config.js';
import type { ErasureRun } from '../erasure-run.js';
import type { Step, WaitReason } from './step.js';

/**
 * Waits until every group has passed what was in the subject's partition when the key was gone: first of `turns`, then
 * of `memories`, whose end is taken only when the turns are through. An end that was noted is waited for after a crash
 * too; a later one would never be reached by a group that is always a little behind.
 */
export const barrier: Step = {
  async take(run) {
    for (const name of PROCESSED_TOPICS) {
      const reason = await passTopic(run, name);
      if (reason !== undefined) return { state: 'waiting', reason };
    }
    return { state: 'taken', barrier: run.erasure.barrier ?? {} };
  },
};

async function passTopic(run: ErasureRun, name: ProcessedTopic): Promise<WaitReason | undefined> {
  const topic = TOPICS[name].name;
  const partition = partitionOf(run.subject.subjectId, run.ports.log.partitionCount);
  const place = `${topic}/${partition}`;
  const neededOffset = run.erasure.barrier?.[place] ?? (await noteEnd(run, { topic, partition, place }));
  const deadlineMs = performance.now() + run.config.barrierWaitMs;
  for (const group of run.config.processingGroups[name]) {
    for (;;) {
      const committedOffset = (await run.ports.log.committedOffsets(group, topic))[partition] ?? 0;
      if (committedOffset >= neededOffset) break;
      if (performance.now() >= deadlineMs) return { kind: 'group-behind', group, place, committedOffset, neededOffset };
      await run.wait(run.config.barrierPollMs);
    }
  }
  return undefined;
}

interface Place {
  readonly topic: (typeof TOPICS)[ProcessedTopic]['name'];
  readonly partition: number;
  readonly place: string;
}

async function noteEnd(run: ErasureRun, { topic, partition, place }: Place): Promise<number> {
  const end = (await run.ports.log.endOffsets(topic))[partition] ?? 0;
  await run.save({ barrier: { ...run.erasure.barrier, [place]: end } });
  return end;
}
