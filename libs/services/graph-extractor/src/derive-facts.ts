import type { MemoryDerived, MemoryId } from '@mneme/events';
import {
  Corrupt,
  type DataKeys,
  factIdsOf,
  factMemoriesOf,
  factsOf as rules,
  instantOf,
  type StatedFact,
  unitedFacts,
} from '@mneme/domain';
import { type Keyring, type MemoryDraft, openMemory, type Received, sealMemory } from '@mneme/platform';
import type { ModelFacts } from './read-facts.js';
import { contextOf } from './statement-context.js';

export interface DeriveFactsPorts {
  readonly keyring: Keyring;
  readonly observer: DeriveFactsObserver;
  /** The rules, unless a test brings its own. */
  readonly factsOf?: typeof rules;
}

export interface DeriveFactsObserver {
  /** How many facts an episode gave, of each predicate. */
  extracted(predicate: string): void;
}

/** Makes facts of an episode, and of a later version of one what that version says otherwise. */
export class DeriveFacts {
  constructor(private readonly ports: DeriveFactsPorts) {}

  async derive(
    one: Received<unknown>,
    episode: MemoryDerived,
    { draft, modelFacts }: DerivationContext,
  ): Promise<void> {
    if (one.access === undefined) throw new Corrupt('an episode reached the graph-extractor without its key');
    if (episode.isRepublished === true) return;
    const { keys } = one.access;
    if (episode.version === episode.recordedAt) {
      const read = modelFacts.read.get(episode.memoryId) ?? [];
      for (const fact of await this.factsOf(episode, keys, read)) this.put(fact, draft);
      return;
    }
    const before = await previousOf(episode, draft);
    // A version that says the same gives no facts anew: those that were taken back meanwhile would come again.
    if (before !== undefined && openMemory(keys, before).text === openMemory(keys, episode).text) return;
    await this.rewrite({ before, episode, keys }, draft);
  }

  /** What the corrected text says, but for what was taken back before; what it says no longer ends. */
  private async rewrite({ before, episode, keys }: Rewritten, draft: MemoryDraft): Promise<void> {
    const ids = factIdsOf(episode, episode.sourceId);
    const living = newestOf((await draft.living(ids)).filter(({ version }) => version < episode.version));
    const expiresAt = instantOf(Math.floor(episode.version / 1_000));
    const takenBack = new Set<string>();
    for (const fact of before === undefined ? [] : await this.factsOf(before, keys)) {
      const newest = living.get(fact.memoryId);
      if (newest === undefined || isOver(newest, expiresAt)) takenBack.add(statementOf(fact));
    }
    const facts = (await this.factsOf(episode, keys)).filter((fact) => !takenBack.has(statementOf(fact)));
    for (const fact of facts) {
      this.put(fact, draft);
      living.delete(fact.memoryId);
    }
    for (const fact of living.values()) {
      if (isOver(fact, expiresAt)) continue;
      const content = openMemory(keys, fact);
      draft.put(sealMemory(keys, { ...fact, version: episode.version, expiresAt, content }));
    }
  }

  private put(fact: MemoryDerived, draft: MemoryDraft): void {
    this.ports.observer.extracted(fact.fact?.predicate ?? '');
    draft.put(fact);
  }

  private async factsOf(
    episode: MemoryDerived,
    keys: DataKeys,
    read: readonly StatedFact[] = [],
  ): Promise<readonly MemoryDerived[]> {
    const content = openMemory(keys, episode);
    const stated = unitedFacts((this.ports.factsOf ?? rules)(content.text, contextOf(episode, content)), read);
    if (stated.length === 0) return [];
    const { tenant, indexKeys } = await this.ports.keyring.tenant(episode.tenantId);
    const memories = factMemoriesOf(episode, stated, { content, policy: tenant.policy, indexKeys, dataKeys: keys });
    return memories.map((fact) => sealMemory(keys, fact));
  }
}

export interface DerivationContext {
  readonly draft: MemoryDraft;
  readonly modelFacts: ModelFacts;
}

interface Rewritten {
  readonly before: MemoryDerived | undefined;
  readonly episode: MemoryDerived;
  readonly keys: DataKeys;
}

async function previousOf(episode: MemoryDerived, draft: MemoryDraft): Promise<MemoryDerived | undefined> {
  const living = await draft.living([episode.memoryId]);
  return living.filter(({ version }) => version < episode.version).at(-1);
}

function newestOf(memories: readonly MemoryDerived[]): Map<MemoryId, MemoryDerived> {
  return new Map(memories.map((memory) => [memory.memoryId, memory]));
}

/** The same for the same relation of the same entities, whatever the words. */
function statementOf({ fact }: MemoryDerived): string {
  return `${fact?.slots[0] ?? ''}/${fact?.isNegated === true ? 'not' : ''}`;
}

// Instants of one form are in the order of their texts.
function isOver({ expiresAt }: MemoryDerived, at: string): boolean {
  return expiresAt !== undefined && expiresAt <= at;
}
