import type { FactNames, MemoryContent, MemoryDerived } from '@mneme/events';
import type { UnsealedMemory } from '../episode.js';
import type { StatedFact } from '../facts/stated-fact.js';
import { memoryIdOf } from '../ids.js';
import type { IndexKeys } from '../index-keys.js';
import { retentionMsOf, type TenantPolicy } from '../policy.js';
import type { DataKeys } from '../sealing.js';
import { instantOf } from '../time.js';
import { factEdgeOf } from './fact-edge.js';

/** Facts of one turn beyond this are left out. */
export const FACTS_PER_TURN_MAX = 32;

const DAY_MS = 86_400_000;

export interface FactsContext {
  readonly content: MemoryContent;
  readonly policy: TenantPolicy;
  readonly indexKeys: IndexKeys;
  readonly dataKeys: DataKeys;
}

/**
 * The memories of the facts that an episode states, in their order. Every time and mark comes from the episode, so that
 * the same episode and statements give the same memories whenever they are derived. Trust is the episode's.
 */
export function factMemoriesOf(
  episode: MemoryDerived,
  stated: readonly StatedFact[],
  context: FactsContext,
): readonly UnsealedMemory[] {
  return stated
    .slice(0, FACTS_PER_TURN_MAX)
    .map((fact, ordinal) => factMemoryOf(episode, fact, { ...context, ordinal }));
}

function factMemoryOf(
  episode: MemoryDerived,
  stated: StatedFact,
  { content, policy, indexKeys, dataKeys, ordinal }: FactsContext & { readonly ordinal: number },
): UnsealedMemory {
  const { sealed: _sealed, fact: _fact, reviewBy: _reviewBy, expiresAt: _expiresAt, ...fields } = episode;
  const { tenantId, subjectId, sourceId } = episode;
  const { occurredAt } = episode;
  const isInferred = stated.certainty === 'inferred' || !STATED_BY.has(episode.sourceClass);
  const expiresAt = expiryOf(episode, policy, isInferred);
  return {
    ...fields,
    memoryId: memoryIdOf({ tenantId, subjectId, sourceId, kind: 'fact', ordinal }),
    kind: 'fact',
    flags: ['fact', stated.predicate],
    confidence: confidenceOf(episode, policy, isInferred),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    derivedFrom: [episode.memoryId],
    fact: factEdgeOf(stated, { subjectId, speakerName: content.speakerName, occurredAt, indexKeys, dataKeys }),
    content: {
      text: stated.text,
      session: content.session,
      ...(content.speakerName === undefined ? {} : { speakerName: content.speakerName }),
      ...(content.zone === undefined ? {} : { zone: content.zone }),
      names: namesOf(stated, content),
    },
  };
}

/** A user speaks for itself, and a tool is as reliable as it is configured to be; everything else is hearsay. */
const STATED_BY: ReadonlySet<MemoryDerived['sourceClass']> = new Set(['user', 'tool']);

function confidenceOf(episode: MemoryDerived, policy: TenantPolicy, isInferred: boolean): number {
  const stated = Math.min(episode.confidence, policy.confidence[episode.sourceClass]);
  return isInferred ? Math.round(stated * policy.facts.inferredShare * 1_000) / 1_000 : stated;
}

function expiryOf(episode: MemoryDerived, policy: TenantPolicy, isInferred: boolean): string | undefined {
  const retentionMs = retentionMsOf(policy, 'fact') ?? Infinity;
  const inferredMs = isInferred ? (policy.facts.inferredDays ?? Infinity) * DAY_MS : Infinity;
  const livesMs = Math.min(retentionMs, inferredMs);
  return livesMs === Infinity ? undefined : instantOf(Math.floor(episode.recordedAt / 1_000) + livesMs);
}

function namesOf({ subject, object, qualifier }: StatedFact, { speakerName }: MemoryContent): FactNames {
  return {
    subject: subject === 'speaker' ? (speakerName ?? '') : subject.name,
    object: 'value' in object ? object.value : object.name,
    ...(qualifier === undefined ? {} : { qualifier }),
  };
}
