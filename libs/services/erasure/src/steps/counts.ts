import { type ErasureCount, SUBJECT_TOPICS, type TopicDefinition, type TopicName, TOPICS } from '@mneme/events';
import { instantOf } from '@mneme/domain';
import type { ErasureRun } from '../erasure-run.js';

/** The subject's records in every store and among the living ones of `memories`: what a sweep brings to zero. */
export async function livingCounts(run: ErasureRun): Promise<readonly ErasureCount[]> {
  const { stores } = run.ports;
  const { epoch } = run.erasure;
  const counts = await Promise.all(stores.map((store) => store.countSubject(run.subject, epoch)));
  const inStores = stores.map(({ storeName: place }, i) => ({ place, count: counts[i] ?? 0 }));
  return [...inStores, await topicCount(run, TOPICS.memories.name)];
}

/** The sealed records that rest on the other topics until their time is over. */
export async function restingCounts(run: ErasureRun): Promise<readonly ErasureCount[]> {
  const resting = SUBJECT_TOPICS.filter((topic) => topic !== TOPICS.memories.name);
  return Promise.all(resting.map((topic) => topicCount(run, topic)));
}

export function isZero(counts: readonly ErasureCount[]): boolean {
  return counts.every(({ count }) => count === 0);
}

async function topicCount(run: ErasureRun, topic: TopicName): Promise<ErasureCount> {
  const { count, lastAppendedAtMs } = await run.ports.topics.count(topic, run.subject);
  const retention = definitionOf(topic)?.retention;
  if (lastAppendedAtMs === undefined || retention?.policy !== 'delete') return { place: topic, count };
  return { place: topic, count, goneBy: instantOf(lastAppendedAtMs + retention.retentionMs) };
}

function definitionOf(topic: TopicName): TopicDefinition | undefined {
  return Object.values(TOPICS).find(({ name }) => name === topic);
}
