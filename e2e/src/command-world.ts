import { type MemoryDerived, MemoryDerivedV1, type MemoryId, TOPICS } from '@mneme/events';
import { DEFAULT_LIMITS, factIdsOf, partitionOf, type Principal } from '@mneme/domain';
import { GiveCommand } from '@mneme/ingest-service';
import { compare, replayMemories, type StoreComparison } from '@mneme/maintenance-service';
import { EmbedMemories, ProjectCatalogue } from '@mneme/embedder-service';
import { ProjectFacts } from '@mneme/graph-extractor-service';
import { AcceptCommands, openMemory, TurnOrder } from '@mneme/platform';
import { aGraphView, aPrincipal, aReadScope } from '@mneme/testing';
import { ErasureWorld } from './erasure-world.js';
import { readsOf } from './graph-reads.js';

/** A world whose memories are changed by command, as the service builds it. */
export class CommandWorld {
  readonly acceptCommands: AcceptCommands;
  readonly giveCommand: GiveCommand;
  readonly reads: ReturnType<typeof readsOf>;
  readonly principal: Principal;

  private constructor(readonly world: ErasureWorld) {
    const { engines, guard, logger, metrics } = world;
    const { stores, keyring, clock, budgets } = engines;
    const { acceptedTurns, log, catalogue } = stores;
    const order = new TurnOrder({ acceptedTurns, log, clock, logger });
    this.acceptCommands = new AcceptCommands({ keyring, acceptedTurns, log, order, logger });
    const ports = { keyring, catalogue, guard, acceptCommands: this.acceptCommands, budgets, metrics };
    this.giveCommand = new GiveCommand(ports, DEFAULT_LIMITS);
    this.reads = readsOf(world);
    this.principal = aPrincipal({ tenantId: world.tenantId });
  }

  static async open(): Promise<CommandWorld> {
    return new CommandWorld(await ErasureWorld.open());
  }

  close(): Promise<void> {
    return this.world.close();
  }

  /** Gives a command for a user; what it did can be read once `settled` has answered. */
  give(userId: string, command: object, principal = this.principal) {
    return this.giveCommand.give(principal, { userId, ...command });
  }

  /** What somebody hears who waits for a command. */
  async settled({ token }: { readonly token: string }): Promise<string> {
    return (await this.reads.waitFor.wait({ token, timeoutMs: 20_000 })).state;
  }

  /** One turn, and the episode that became of it. */
  async said(userId: string, content: string): Promise<MemoryDerived> {
    const before = new Set((await this.living(userId)).map(({ memoryId }) => memoryId));
    await this.world.ingest(userId, content);
    await this.world.drained();
    const added = (await this.living(userId)).filter(({ memoryId }) => !before.has(memoryId));
    const episode = added.find(({ kind }) => kind === 'episode');
    if (episode === undefined) throw new Error('the turn was dropped; say something with content');
    return episode;
  }

  /** Every living version of the user's on `memories`, by offset. */
  async living(userId: string): Promise<readonly MemoryDerived[]> {
    const { log } = this.world.engines.stores;
    const subjectId = await this.world.subjectOf(userId);
    const partition = partitionOf(subjectId, log.partitionCount);
    const records = await log.read({ topic: TOPICS.memories.name, partition, offset: 0 }, 100_000);
    const memories = records.flatMap(({ key, value }) =>
      value === null || !/^[0-9a-f]{8}-/.test(key) ? [] : [MemoryDerivedV1.parse(JSON.parse(value))],
    );
    return memories.filter((memory) => memory.subjectId === subjectId);
  }

  /** The living facts of a turn, all versions. */
  async factsOf(episode: MemoryDerived): Promise<readonly MemoryDerived[]> {
    const { memoryVersions, log } = this.world.engines.stores;
    const partition = partitionOf(episode.subjectId, log.partitionCount);
    const records = await memoryVersions.living(partition, factIdsOf(episode, episode.sourceId));
    return records.map(({ value }) => MemoryDerivedV1.parse(JSON.parse(value ?? '')));
  }

  /** Keys of other records on `memories`: commands that are on their way. */
  async commandsOnTheirWay(userId: string): Promise<readonly string[]> {
    const { log } = this.world.engines.stores;
    const partition = partitionOf(await this.world.subjectOf(userId), log.partitionCount);
    const records = await log.read({ topic: TOPICS.memories.name, partition, offset: 0 }, 100_000);
    return records.filter(({ key, value }) => key.startsWith('command/') && value !== null).map(({ key }) => key);
  }

  /** What a reader gets of a memory; undefined when there is none. */
  async read(userId: string, memoryId: MemoryId) {
    return this.reads.memories.get(this.principal, memoryId, userId).catch(() => undefined);
  }

  /** Sentences of the facts in force about the user, at a time or now. */
  async facts(userId: string, at: { readonly validAt?: string; readonly knownAt?: string } = {}): Promise<string[]> {
    const request = { userId, entities: [], predicates: [], ...at };
    const { facts } = await this.reads.graph.traverse(this.principal, request);
    return facts.map(({ memory }) => memory?.text ?? '').sort();
  }

  async textOf(memory: MemoryDerived): Promise<string> {
    const { keyring } = this.world.engines;
    const access = (await keyring.open(memory.tenantId, [memory.subjectId])).get(memory.subjectId);
    if (access?.state !== 'open') throw new Error('the subject is closed');
    return openMemory(access.keys, memory).text;
  }

  /** Facts about the user as far as they were known then, by id. */
  async graphRows(userId: string, knownAt: string): Promise<readonly string[]> {
    const scope = aReadScope(this.world.tenantId, await this.world.subjectOf(userId));
    const view = { ...aGraphView(), knownAt: Date.parse(knownAt) * 1_000 };
    const { factGraph } = this.world.engines.stores;
    const sourceIds = [...new Set((await this.living(userId)).map(({ sourceId }) => sourceId))];
    return (await factGraph.factsFrom(scope, { ...view, sourceIds, limit: 10 })).map(({ memoryId }) => memoryId);
  }

  /** The live stores against the log. */
  async liveComparison(): Promise<readonly StoreComparison[]> {
    await this.world.drained();
    const { stores, keyring, embedder } = this.world.engines;
    const { log, catalogue, vectorIndex, factGraph } = stores;
    const ends = await log.endOffsets(TOPICS.memories.name);
    const { tenantId } = this.world;
    return compare({ log, keyring, embedder }, { tenantId, stores: [catalogue, vectorIndex, factGraph], ends });
  }

  /** The stores against the log, rebuilt from it as often as asked and in any order. */
  async replayed(times = 1, shuffleSeed?: number): Promise<readonly StoreComparison[]> {
    const { stores, keyring, embedder } = this.world.engines;
    const ports = {
      log: stores.log,
      keyring,
      embedder,
      shadowStores: stores.shadowStores,
      projections: ({ catalogue, vectorIndex, factGraph }) => [
        new ProjectCatalogue(catalogue),
        new EmbedMemories({ catalogue, vectorIndex, embedder, keyring }),
        new ProjectFacts(factGraph, catalogue),
      ],
    } as Parameters<typeof replayMemories>[0];
    let last: readonly StoreComparison[] = [];
    for await (const { result } of replayMemories(ports, { tenantIds: [this.world.tenantId], times, shuffleSeed })) {
      last = result ?? last;
    }
    return last;
  }
}
