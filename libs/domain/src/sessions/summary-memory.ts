import type { MemoryContent, MemoryDerived, MemoryId, SessionEnded, SourceId } from '@mneme/events';
import type { UnsealedMemory } from '../episode.js';
import { memoryIdOf } from '../ids.js';
import type { TenantPolicy } from '../policy.js';
import { type Lifespan, lifespanOf } from '../worth.js';
import type { Place } from './shared-place.js';
import type { ChosenSentence } from './summarise-turns.js';

/** An episode with its text. */
export interface OpenedEpisode {
  readonly memory: MemoryDerived;
  readonly content: MemoryContent;
}

export interface SummaryParts {
  /** What was summed up, in order; the sentences name positions in it. */
  readonly episodes: readonly OpenedEpisode[];
  readonly sentences: readonly ChosenSentence[];
  /** Of `sharedPlaceOf` the episodes. */
  readonly place: Place;
  readonly policy: TenantPolicy;
}

/** Of a session there is one summary, in as many versions as the session had ends. */
export function summaryIdOf(end: Pick<SessionEnded, 'tenantId' | 'subjectId' | 'sessionKey'>): MemoryId {
  const { tenantId, subjectId } = end;
  return memoryIdOf({ tenantId, subjectId, sourceId: sourceIdOf(end), kind: 'summary', ordinal: 0 });
}

/**
 * The summary of a session that ended. Its parents are the turns of those episodes that a sentence was taken from; it is
 * trusted and believed no more than the least of them, lives no longer than its kind and each of them may, and is of the
 * class of the least trusted one, so that what a web page said stays marked as such.
 */
export function summaryOf(end: SessionEnded, { episodes, sentences, place, policy }: SummaryParts): UnsealedMemory {
  const { tenantId, subjectId, sessionKey, recordedAt, epoch } = end;
  const positions = [...new Set(sentences.flatMap(({ contributors }) => contributors))].sort((a, b) => a - b);
  const parents = positions.map((position) => episodes[position] as OpenedEpisode);
  const memories = parents.map(({ memory }) => memory);
  const last = parents.at(-1) as OpenedEpisode;
  return {
    type: 'memory-derived',
    v: 1,
    memoryId: summaryIdOf(end),
    version: recordedAt,
    tenantId,
    subjectId,
    contributors: [...new Set([subjectId, ...memories.flatMap(({ contributors }) => contributors)])],
    departmentId: place.departmentId,
    agentId: sameOf(memories.map(({ agentId }) => agentId)),
    teamId: sameOf(memories.map(({ teamId }) => teamId)),
    sessionKey,
    sourceId: sourceIdOf(end),
    audience: place.audience,
    kind: 'summary',
    flags: [...new Set(memories.flatMap(({ flags }) => flags))].sort(),
    sourceClass: memories.reduce((least, one) => (one.trust < least.trust ? one : least)).sourceClass,
    trust: Math.min(...memories.map(({ trust }) => trust)),
    confidence: Math.min(...memories.map(({ confidence }) => confidence)),
    importance: 'normal',
    occurredAt: last.memory.occurredAt,
    recordedAt,
    ...shortestLifeOf(memories, policy, recordedAt),
    derivedFrom: memories.map(({ sourceId }) => sourceId),
    epoch,
    content: {
      text: sentences.map((sentence) => lineOf(sentence, episodes)).join('\n'),
      session: last.content.session,
      ...(last.content.zone === undefined ? {} : { zone: last.content.zone }),
    },
  };
}

const SPEAKERS = { user: 'user', agent: 'assistant', tool: 'tool', web: 'web', system: 'system' } as const;

/** "Ana: we ship on Friday"; a sentence that stands on what several said is nobody's own. */
function lineOf({ text, contributors }: ChosenSentence, episodes: readonly OpenedEpisode[]): string {
  const speakers = contributors.map((position) => {
    const { memory, content } = episodes[position] as OpenedEpisode;
    return content.speakerName ?? SPEAKERS[memory.sourceClass];
  });
  const speaker = sameOf(speakers);
  return speaker === undefined ? text : `${speaker}: ${text}`;
}

/** Both are taken by themselves: the soonest expiry, and the soonest review, which has a point only before it. */
function shortestLifeOf(parents: readonly MemoryDerived[], policy: TenantPolicy, recordedAt: number): Lifespan {
  const lives = parents.map(({ sourceClass }) => lifespanOf(policy, { kind: 'summary', sourceClass, recordedAt }));
  const expiresAt = soonestOf(lives.map((life) => life.expiresAt));
  const reviewBy = soonestOf(lives.map((life) => life.reviewBy));
  const isReviewed = reviewBy !== undefined && (expiresAt === undefined || reviewBy < expiresAt);
  return { ...(expiresAt === undefined ? {} : { expiresAt }), ...(isReviewed ? { reviewBy } : {}) };
}

/** Instants are in UTC to the millisecond, so that their texts sort as they do. */
function soonestOf(instants: readonly (string | undefined)[]): string | undefined {
  return instants.filter((instant) => instant !== undefined).sort()[0];
}

function sameOf<T>(values: readonly (T | undefined)[]): T | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : undefined;
}

function sourceIdOf({ sessionKey }: Pick<SessionEnded, 'sessionKey'>): SourceId {
  return sessionKey as string as SourceId;
}
