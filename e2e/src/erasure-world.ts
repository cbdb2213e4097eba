import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ErasureStepTaken, ErasureStepTakenV1, type SubjectId, type TenantId, TOPICS } from '@mneme/events';
import {
  DEFAULT_POLICY,
  type Erasure,
  instantOf,
  partitionOf,
  randomKey,
  seal,
  StateDigest,
  subjectIdOf,
  subjectRef,
  tenantRef,
} from '@mneme/domain';
import { AuthGuard, Logger, Metrics, type RecordHandler, runnerOf, tenantKeyContext } from '@mneme/platform';
import { EmbedMemories, ProjectCatalogue } from '@mneme/embedder-service';
import { DEFAULT_ERASURE_CONFIG, type ErasureConfig, type ErasurePorts, RunErasures } from '@mneme/erasure-service';
import { ExtractFacts, ProjectFacts } from '@mneme/graph-extractor-service';
import { FilterTurns } from '@mneme/write-filter-service';
import { type Engines, openEngines, parseEnginesConfig } from '@mneme/wiring';
import { aTurn, eventually, randomTenantId } from '@mneme/testing';
import { DEAF } from './deaf-observer.js';
import { factsOfWorld } from './world-facts.js';

export const KEY_CACHE_MS = 20;

/** The waits of an erasure, shortened; nothing else differs. */
export const QUICK: ErasureConfig = {
  ...DEFAULT_ERASURE_CONFIG,
  keyCacheMs: KEY_CACHE_MS,
  quietPeriodMs: 5,
  barrierPollMs: 1,
  backoffMinMs: 1,
  backoffMaxMs: 20,
};

const CONSUMER = {
  batchRecordsMax: 100,
  heartbeatMs: 1_000,
  lingerMs: 0,
  retry: { backoffMinMs: 1, backoffMaxMs: 50, unknownAttemptsMax: 5 },
};

/** One tenant on the embedded engine in memory, with the real consumers and a plain stand-in for ingest. */
export class ErasureWorld {
  readonly metrics = new Metrics();
  readonly logger = new Logger('silent');
  readonly guard: AuthGuard;
  private readonly runners: { stop(): Promise<void> }[] = [];

  private constructor(
    readonly engines: Engines,
    readonly tenantId: TenantId,
  ) {
    const { stores, keyring, clock } = engines;
    const { controlStore, organisationStore } = stores;
    this.guard = new AuthGuard({ controlStore, organisationStore, keyring, clock });
  }

  static async open({ consuming = true } = {}): Promise<ErasureWorld> {
    const config = parseEnginesConfig({ MNEME_DATA_DIR: ':memory:' });
    const parts = { logger: new Logger('silent'), metrics: new Metrics() };
    const engines = await openEngines({ ...config, keyCacheMs: KEY_CACHE_MS }, parts);
    const world = new ErasureWorld(engines, randomTenantId());
    await world.createTenant();
    if (consuming) await world.startConsumers();
    return world;
  }

  async close(): Promise<void> {
    for (const runner of this.runners) await runner.stop();
    await this.engines.close();
  }

  get stores(): ErasurePorts['stores'] {
    const { catalogue, vectorIndex, factGraph, sessionStore, acceptedTurns } = this.engines.stores;
    return [catalogue, vectorIndex, factGraph, sessionStore, acceptedTurns];
  }

  get ports(): ErasurePorts {
    const { stores, embedder, keyring, clock } = this.engines;
    return {
      journal: stores.erasureJournal,
      registry: stores.subjectRegistry,
      log: stores.log,
      topics: stores.subjectTopics,
      stores: this.stores,
      catalogue: stores.catalogue,
      vectorIndex: stores.vectorIndex,
      embedder,
      vault: stores.keyVault,
      keyring,
      guard: this.guard,
      clock,
      metrics: this.metrics,
      logger: this.logger,
    };
  }

  async startConsumers(): Promise<void> {
    const { stores, keyring, embedder } = this.engines;
    const { log, memoryVersions: versions, catalogue, vectorIndex, factGraph } = stores;
    const filter = new FilterTurns({ log, keyring, versions, topics: stores.subjectTopics, observer: DEAF });
    await this.consume('write-filter', TOPICS.turns.name, filter);
    await this.consume('catalogue', TOPICS.memories.name, new ProjectCatalogue(catalogue));
    const embed = new EmbedMemories({ keyring, embedder, vectorIndex, catalogue });
    await this.consume('embedder', TOPICS.memories.name, embed);
    await this.consume(
      'graph-extractor',
      TOPICS.memories.name,
      new ExtractFacts({ log, keyring, versions, observer: DEAF, factsOf: factsOfWorld }),
    );
    await this.consume('fact-graph', TOPICS.memories.name, new ProjectFacts(factGraph, catalogue));
  }

  async subjectOf(userId: string): Promise<SubjectId> {
    const { indexKeys } = await this.engines.keyring.tenant(this.tenantId);
    return subjectIdOf(indexKeys, userId);
  }

  /**
   * What ingest does with one turn; `paused` stands for a slow process between the steps.
   * False when the user is fenced.
   */
  async ingest(userId: string, content: string, paused: () => Promise<unknown> = noPause): Promise<boolean> {
    const { stores, keyring } = this.engines;
    const { tenantId } = this;
    const subjectId = await this.subjectOf(userId);
    const access = (await keyring.admit(tenantId, [subjectId])).get(subjectId);
    if (access?.state !== 'open') return false;
    await paused();
    const turn = aTurn({ tenantId, subjectId, epoch: access.epoch });
    const context = { ...turn, recordId: turn.turnId, version: turn.recordedAt };
    const sealed = seal(access.keys, context, JSON.stringify({ content, session: 's' }));
    await stores.acceptedTurns.reserve([{ ...turn, fingerprint: 'f' }]);
    await paused();
    const partition = partitionOf(subjectId, stores.log.partitionCount);
    const value = JSON.stringify({ ...turn, sealed });
    await stores.log.append([{ topic: TOPICS.turns.name, partition, key: turn.turnId, value, subjectId }]);
    await paused();
    await stores.sessionStore.append([{ ...turn, sealed }]);
    return true;
  }

  /** A user with memories in every store, and one turn that was dropped. */
  async populate(userId: string, turns = 3): Promise<SubjectId> {
    for (let i = 0; i < turns; i += 1) await this.ingest(userId, `likes tea number ${i}`);
    await this.ingest(userId, '...');
    await this.drained();
    const subject = subjectRef(this.tenantId, await this.subjectOf(userId));
    for (const store of this.stores) {
      if ((await store.countSubject(subject, 99)) === 0) throw new Error(`${store.storeName} has nothing of a user`);
    }
    return subject.subjectId;
  }

  /** Waits until every group has read everything. */
  async drained(): Promise<void> {
    const { log } = this.engines.stores;
    const groups = [
      ['write-filter', TOPICS.turns.name],
      ['graph-extractor', TOPICS.memories.name],
      ['fact-graph', TOPICS.memories.name],
      ['catalogue', TOPICS.memories.name],
      ['embedder', TOPICS.memories.name],
    ] as const;
    for (const [group, topic] of groups) {
      await eventually(`${group} has read everything`, async () => {
        const committed = await log.committedOffsets(group, topic);
        return (await log.endOffsets(topic)).every((end, partition) => (committed[partition] ?? 0) >= end);
      });
    }
  }

  /** Records of the subject below `epoch`, in every store and among the living ones of `memories`. */
  async remains(subjectId: SubjectId, epoch: number): Promise<number> {
    const subject = subjectRef(this.tenantId, subjectId);
    let total = (await this.engines.stores.subjectTopics.count(TOPICS.memories.name, subject)).count;
    for (const store of this.stores) total += await store.countSubject(subject, epoch);
    return total;
  }

  /** State of the stores that a digest covers. */
  async digest(): Promise<string> {
    const digest = new StateDigest();
    const { catalogue, vectorIndex, factGraph } = this.engines.stores;
    for (const store of [catalogue, vectorIndex, factGraph]) {
      for await (const record of store.records(tenantRef(this.tenantId))) digest.add(record);
    }
    return digest.hex;
  }

  /** An erasure as a request makes it. */
  async erasureOf(subjectId: SubjectId): Promise<Erasure> {
    const [row] = await this.engines.stores.subjectRegistry.read(this.tenantId, [subjectId]);
    const requestedAt = instantOf(this.engines.clock.nowMs());
    return {
      erasureId: randomUUID(),
      tenantId: this.tenantId,
      subjectId,
      epoch: (row?.epoch ?? 0) + 1,
      legalBasis: 'gdpr-17',
      requestedBy: 'key',
      requestedAt,
      dueAt: requestedAt,
      step: 'requested',
      steps: [{ step: 'requested', takenAt: requestedAt, counts: [] }],
    };
  }

  /** Runs one erasure to its end and answers what the journal then has. */
  async erase(subjectId: SubjectId, ports = this.ports, config = QUICK): Promise<Erasure> {
    const runs = new RunErasures(ports, config);
    try {
      const { erasureId } = await runs.begin(await this.erasureOf(subjectId));
      return await this.finished(erasureId);
    } finally {
      await runs.stop();
    }
  }

  async finished(erasureId: string): Promise<Erasure> {
    await eventually('the erasure is verified', async () => (await this.find(erasureId))?.step === 'verified', 60_000);
    return (await this.find(erasureId)) as Erasure;
  }

  find(erasureId: string): Promise<Erasure | undefined> {
    return this.engines.stores.erasureJournal.find(this.tenantId, erasureId);
  }

  /** Every event of the erasure, repeats included, in the order of the log. */
  async events(erasureId: string): Promise<readonly { readonly value: string; readonly event: ErasureStepTaken }[]> {
    const { log } = this.engines.stores;
    const topic = TOPICS.erasures.name;
    const found = [];
    for (let partition = 0; partition < log.partitionCount; partition += 1) {
      for (const { key, value } of await log.read({ topic, partition, offset: 0 }, 100_000)) {
        if (value === null || !key.startsWith(`${erasureId}/`)) continue;
        found.push({ value, event: ErasureStepTakenV1.parse(JSON.parse(value)) });
      }
    }
    return found;
  }

  private async consume<E>(
    group: string,
    topic: (typeof TOPICS)['turns' | 'memories']['name'],
    handler: RecordHandler<E>,
  ) {
    const { stores, keyring, clock } = this.engines;
    const parts = [stores.log, keyring, clock, this.metrics, this.logger] as const;
    const runner = runnerOf(handler, { group, topic, config: CONSUMER }, parts);
    await runner.start();
    this.runners.push(runner);
  }

  private async createTenant(): Promise<void> {
    const { controlStore, keyVault } = this.engines.stores;
    const { tenantId } = this;
    const tenant = {
      tenantId,
      purpose: 'standard',
      policy: DEFAULT_POLICY,
      createdAt: '2026-01-01T00:00:00.000Z',
    } as const;
    await controlStore.createTenant(tenant, {
      wrappedIndexKey: await keyVault.wrap(randomKey(), tenantKeyContext(tenantId, 'index', 0)),
      wrappedTenantKey: await keyVault.wrap(randomKey(), tenantKeyContext(tenantId, 'tenant', 1)),
      keyGeneration: 1,
    });
  }
}

/** A pause of up to `msMax`, as a busy process makes it. */
export async function pause(msMax: number): Promise<void> {
  await sleep(Math.random() * msMax);
}

async function noPause(): Promise<void> {
  return;
}
