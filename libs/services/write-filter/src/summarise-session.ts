import type { MemoryDerived, Role, SessionEnded, SourceId, TurnDiscarded, TurnId } from '@mneme/events';
import {
  Corrupt,
  instantOf,
  memoryIdOf,
  type OpenedEpisode,
  SESSION_LIMITS,
  sharedPlaceOf,
  summariseTurns,
  summaryOf,
  type TenantPolicy,
} from '@mneme/domain';
import type { LanguageModel, ModelSubject, SummariseRequest, Summary } from '@mneme/ports';
import { type MemoryDraft, openMemory, type Received, sealMemory } from '@mneme/platform';

export interface SummariseSessionObserver {
  /** One session was over: its summary was published, or there was too little to sum up. */
  summarised(outcome: 'published' | 'too-short'): void;
}

/** How long the sessions of a batch may ask a model, all of them together: their partition waits for it. */
export interface Asking {
  readonly signal: AbortSignal;
  /** By `performance.now()`; after it no request is begun any more, and rules choose. */
  readonly untilMs: number;
}

interface SummaryContext {
  readonly policy: TenantPolicy;
  readonly asking: Asking;
}

/** A summary of fewer would only say again what they say. */
const EPISODES_MIN = 2;

/**
 * Sums up what was kept of a session that ended. It reads what was published of the session's turns and nothing else: what
 * was dropped, corrected or taken back by then is dropped, corrected or taken back here too, whatever a store still holds.
 */
export class SummariseSession {
  /** Without `summarise`, and where it has no answer, rules choose the sentences. */
  constructor(
    private readonly observer: SummariseSessionObserver,
    private readonly summarise?: LanguageModel['summarise'],
  ) {}

  async decide(one: Received<SessionEnded>, draft: MemoryDraft, { policy, asking }: SummaryContext): Promise<void> {
    const { event: end, access } = one;
    if (access === undefined) throw new Corrupt('the end of a session reached the write-filter without its key');
    const { tenantId, subjectId, epoch } = end;
    const kept = await keptOf(end, draft);
    const shared = sharedPlaceOf(kept);
    if (shared === undefined || shared.records.length < EPISODES_MIN) return this.tooShort(end, draft);
    const episodes = shared.records.map((memory) => ({ memory, content: openMemory(access.keys, memory) }));
    const request = requestOf({ tenantId, subjectId, epoch, keys: access.keys }, episodes);
    const { sentences } = await this.summaryOf(request, asking);
    if (sentences.length === 0) return this.tooShort(end, draft);
    this.observer.summarised('published');
    draft.put(sealMemory(access.keys, summaryOf(end, { episodes, sentences, place: shared.place, policy })));
  }

  private async summaryOf(request: SummariseRequest, { signal, untilMs }: Asking): Promise<Summary> {
    const outcome = performance.now() < untilMs ? await this.summarise?.(request, signal) : undefined;
    if (outcome?.isAnswered === true) return outcome.value;
    return { sentences: summariseTurns(request.turns, request.sentencesMax) };
  }

  private tooShort(end: SessionEnded, draft: MemoryDraft): void {
    this.observer.summarised('too-short');
    draft.discard(end.endId, discardedOf(end), end.subjectId);
  }
}

/** The newest living version of each episode of the session that had not expired when it ended, in order. */
async function keptOf(end: SessionEnded, draft: MemoryDraft): Promise<readonly MemoryDerived[]> {
  const { tenantId, subjectId, turnIds } = end;
  const episodeIds = turnIds.map((turnId) =>
    memoryIdOf({ tenantId, subjectId, sourceId: sourceIdOf(turnId), kind: 'episode', ordinal: 0 }),
  );
  const newest = new Map((await draft.living(episodeIds)).map((memory) => [memory.memoryId, memory]));
  const endedAt = instantOf(Math.floor(end.recordedAt / 1_000));
  return [...newest.values()].filter(({ expiresAt }) => expiresAt === undefined || expiresAt > endedAt).sort(inOrder);
}

function inOrder(a: MemoryDerived, b: MemoryDerived): number {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt < b.occurredAt ? -1 : 1;
  return a.recordedAt - b.recordedAt;
}

const ROLES = {
  user: 'user',
  agent: 'assistant',
  tool: 'tool',
  web: 'tool',
  system: 'system',
} as const satisfies Record<MemoryDerived['sourceClass'], Role>;

function requestOf(subject: ModelSubject, episodes: readonly OpenedEpisode[]): SummariseRequest {
  return {
    subject,
    turns: episodes.map(({ memory, content: { speakerName, text } }) => ({
      role: ROLES[memory.sourceClass],
      ...(speakerName === undefined ? {} : { speakerName }),
      content: withoutCalls(text),
    })),
    style: 'extractive',
    sentencesMax: SESSION_LIMITS.summarySentencesMax,
  };
}

/** Calls of tools stand on lines of their own, behind what was said. */
function withoutCalls(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('[called '))
    .join('\n');
}

function discardedOf({ tenantId, subjectId, epoch, endId, recordedAt }: SessionEnded): TurnDiscarded {
  return {
    type: 'turn-discarded',
    v: 1,
    tenantId,
    subjectId,
    epoch,
    turnId: endId,
    recordedAt,
    reasons: ['too-short'],
  };
}

function sourceIdOf(turnId: TurnId): SourceId {
  return turnId as string as SourceId;
}
