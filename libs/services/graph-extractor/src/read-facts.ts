import type { MemoryDerived, MemoryId } from '@mneme/events';
import {
  Corrupt,
  factsOf as rules,
  memoryIdOf,
  memoryKeyOf,
  type StatedFact,
  type StatementContext,
  type TenantPolicy,
} from '@mneme/domain';
import { type LanguageModel, MEMORY_VERSIONS_LIMITS, type MemoryVersions } from '@mneme/ports';
import { askBySubject, type Keyring, type MemoryChange, openMemory, type Received } from '@mneme/platform';
import { statedFactOf } from './model-facts.js';
import { contextOf } from './statement-context.js';

export interface ReadFactsPorts {
  readonly keyring: Keyring;
  readonly versions: MemoryVersions;
  /** Absent: rules alone. */
  readonly model?: LanguageModel | undefined;
  /** How long a batch goes on asking it. */
  readonly modelTimeoutMs?: number | undefined;
  /** The rules, unless a test brings its own. */
  readonly factsOf?: typeof rules;
}

/** What a model has read in the first versions of episodes; of those that were published before, nothing. */
export interface ModelFacts {
  readonly read: ReadonlyMap<MemoryId, readonly StatedFact[]>;
  /** Episodes whose facts are on the log: a model is not asked again, and nothing is derived anew. */
  readonly published: ReadonlySet<MemoryChange>;
}

export const NO_MODEL_FACTS: ModelFacts = { read: new Map(), published: new Set() };

/** Kept for something that is a fact, so that rules which find none may have missed one. */
const FACTUAL: ReadonlySet<string> = new Set(['fact', 'identity', 'preference', 'decision', 'plan', 'correction']);

interface Asked {
  readonly one: Received<MemoryChange>;
  readonly episode: MemoryDerived;
  readonly text: string;
  readonly context: StatementContext;
}

/** Asks a language model for the facts of a batch's episodes, where the tenant's policy says so. */
export class ReadFacts {
  constructor(private readonly ports: ReadFactsPorts) {}

  async of(received: readonly Received<MemoryChange>[], signal: AbortSignal): Promise<ModelFacts> {
    const { model, modelTimeoutMs: beginWithinMs = 0 } = this.ports;
    if (model === undefined) return NO_MODEL_FACTS;
    const asked = await this.unread(received);
    if (asked.length === 0) return NO_MODEL_FACTS;
    const published = await this.published(asked);
    const open = asked.filter(({ one }) => !published.has(one.event));
    const questions = open.map(({ one, episode, text, context }) => ({
      subject: subjectOf(one, episode),
      turn: { role: context.role, content: text, context, ...speakerOf(context) },
    }));
    const outcomes = await askBySubject(questions, (request, until) => model.extract(request, until), {
      beginWithinMs,
      signal,
    });
    const read = open.flatMap(({ episode, context }, i) => {
      const outcome = outcomes[i];
      if (outcome?.isAnswered !== true || outcome.value.by !== 'model') return [];
      return [[episode.memoryId, outcome.value.facts.map((fact) => statedFactOf(fact, context))] as const];
    });
    return { read: new Map(read), published };
  }

  private async unread(received: readonly Received<MemoryChange>[]): Promise<readonly Asked[]> {
    const asked: Asked[] = [];
    for (const one of received) {
      const episode = firstVersionOf(one.event);
      if (episode === undefined) continue;
      const { policy } = (await this.ports.keyring.tenant(episode.tenantId)).tenant;
      const question = this.questionOf(one, episode, policy);
      if (question !== undefined) asked.push(question);
    }
    return asked;
  }

  private questionOf(
    one: Received<MemoryChange>,
    episode: MemoryDerived,
    { models: { extract } }: TenantPolicy,
  ): Asked | undefined {
    if (extract === 'off' || one.access === undefined || episode.sourceClass === 'system') return undefined;
    if (extract === 'unclear' && !episode.flags.some((flag) => FACTUAL.has(flag))) return undefined;
    const content = openMemory(one.access.keys, episode);
    const { text } = content;
    const context = contextOf(episode, content);
    if (extract === 'unclear' && (this.ports.factsOf ?? rules)(text, context).length > 0) return undefined;
    return { one, episode, text, context };
  }

  /** Which of them have a fact on the log already: the first one, whoever found it. */
  private async published(asked: readonly Asked[]): Promise<ReadonlySet<MemoryChange>> {
    const byFact = new Map(asked.map(({ one, episode }) => [firstFactKeyOf(episode), one.event]));
    const keys = [...byFact.keys()];
    const found = new Set<MemoryChange>();
    const partition = asked[0]?.one.record.partition ?? 0;
    for (let at = 0; at < keys.length; at += MEMORY_VERSIONS_LIMITS.keysMax) {
      const page = keys.slice(at, at + MEMORY_VERSIONS_LIMITS.keysMax);
      for (const key of await this.ports.versions.published(partition, page)) {
        const event = byFact.get(key);
        if (event !== undefined) found.add(event);
      }
    }
    return found;
  }
}

/** What a person or a command has said anew is read by rules alone, so that it can be told what was taken back. */
function firstVersionOf(event: MemoryChange): MemoryDerived | undefined {
  if (event.type !== 'derived' || event.memory.kind !== 'episode') return undefined;
  return event.memory.version === event.memory.recordedAt ? event.memory : undefined;
}

function firstFactKeyOf({ tenantId, subjectId, sourceId, version }: MemoryDerived): string {
  return memoryKeyOf({ memoryId: memoryIdOf({ tenantId, subjectId, sourceId, kind: 'fact', ordinal: 0 }), version });
}

function speakerOf({ speakerName }: StatementContext) {
  return speakerName === undefined ? {} : { speakerName };
}

function subjectOf({ access }: Received<MemoryChange>, { tenantId, subjectId, epoch }: MemoryDerived) {
  if (access === undefined) throw new Corrupt('an episode reached the graph-extractor without its key');
  return { tenantId, subjectId, epoch, keys: access.keys };
}
