import { InvalidInput } from '@mneme/domain';
import { connect, type Connection } from '../connect.js';
import { createFreshTenant } from '../fresh-tenant.js';
import type { Place } from '../place.js';
import { startBackgroundIngest } from './background-ingest.js';
import { Corpus } from './corpus.js';
import { measureErasures } from './erase-phase.js';
import { load, type LoadResult, singleTurns } from './load.js';
import { describeMachine } from './machine.js';
import { MemoryWatch } from './memory-watch.js';
import { counterOf, ProcessWatch, type WatchedProcess } from './process-watch.js';
import { measureReads } from './reads.js';
import { measureFirstTouches, measureRecalls, RECALL_LIMIT } from './recalls.js';
import type { BenchReport, FactsResult, WithOthers } from './report.js';

export interface BenchOptions extends Place {
  readonly operatorKey: string;
  /** Memories that recalls are measured over. */
  readonly memories: number;
  /** How many times as many another tenant gets afterwards; 0 leaves that out. */
  readonly others: number;
  /** The corpus states facts in plain English, and the write-filter has its default policy. */
  readonly facts?: boolean;
  /** Of a distributed service: its processes, and the engines' where their ids are known. */
  readonly processes?: readonly WatchedProcess[] | undefined;
  readonly samples?: Partial<BenchSamples>;
  /** Directory of the checkout, for the commit. */
  readonly checkout: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (phase: string, done: number, total: number) => void;
}

export interface BenchSamples {
  readonly singleTurns: number;
  readonly firstTouches: number;
  readonly recalls: number;
  /** Of each kind of read. */
  readonly reads: number;
  readonly warmUp: number;
}

const SAMPLES: BenchSamples = { singleTurns: 1_000, firstTouches: 200, recalls: 1_000, reads: 500, warmUp: 200 };
const SEED = 20_261_124;
const OTHERS_SEED = 7;
const RECALL_SEED = 41;
const MEMORIES_MAX = 10_000_000;
const CONCURRENCIES = [1, 8];
const BACKGROUND_TURNS_PER_SECOND = 500;
const FACTS = 'mneme_facts_extracted_total';
const TENANT = { purpose: 'standard', rights: ['ingest', 'recall', 'on-behalf-of', 'erase'] } as const;
// Made-up words alone mean nothing to the write-filter: nothing is dropped that no rule refuses outright.
const KEEPS_WORDS = { writeFilter: { keepAtLeast: 0 } } as const;

/** Runs every phase in a fresh tenant of a running service. */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  requireWithin('memories', options.memories, { min: 100, max: MEMORIES_MAX });
  requireWithin('others', options.others, { min: 0, max: 100 });
  const { operatorKey, signal } = options;
  const operator = connect({ ...options, apiKey: operatorKey });
  const tenant = await createFreshTenant(operator, { ...tenantFor(options), prefix: 'bench', signal });
  const watch = new MemoryWatch(operator);
  const processWatch = new ProcessWatch(options.processes ?? []);
  try {
    const report = await new Bench(options, { operator, connection: tenant.connection, watch }).run();
    return options.processes === undefined ? report : { ...report, processes: await processWatch.result() };
  } finally {
    processWatch.stop();
    watch.stop();
    tenant.connection.close();
    operator.close();
  }
}

interface BenchConnections {
  readonly operator: Connection;
  readonly connection: Connection;
  readonly watch: MemoryWatch;
}

class Bench {
  private readonly corpus: Corpus;
  private readonly samples: BenchSamples;
  private readonly endMs = Date.now();
  /** The next turn of the corpus that nobody has sent. */
  private next = 0;

  constructor(
    private readonly options: BenchOptions,
    private readonly connections: BenchConnections,
  ) {
    this.samples = { ...SAMPLES, ...options.samples };
    const { memories: turns, facts: withFacts } = options;
    this.corpus = new Corpus({ seed: SEED, turns, endMs: this.endMs, withFacts });
  }

  async run(): Promise<BenchReport> {
    const { memories, checkout, others } = this.options;
    const factsBefore = await this.factCount();
    const loaded = await this.load();
    const facts = this.options.facts === true ? factsOf(loaded, (await this.factCount()) - factsBefore) : undefined;
    const loadedBytes = await this.diskBytes();
    const singleTurn = await this.singleTurns();
    const firstTouch = await this.firstTouches();
    const idle = [];
    for (const concurrency of CONCURRENCIES)
      idle.push(await this.recalls(`recall, ${concurrency} at a time`, concurrency));
    const reads = await this.reads();
    const underIngest = [];
    for (const concurrency of CONCURRENCIES) underIngest.push(await this.recallsUnderIngest(concurrency));
    const withOthers = others === 0 ? undefined : await this.withOthers();
    const erasures = await this.erasures();
    return {
      profile: this.options.processes === undefined ? 'embedded' : 'distributed',
      startedAt: new Date(this.endMs).toISOString(),
      seed: SEED,
      memories,
      machine: await describeMachine(checkout),
      load: loaded,
      ...(facts === undefined ? {} : { facts }),
      singleTurn,
      reads,
      recall: {
        limit: RECALL_LIMIT,
        similarityMin: 0,
        firstTouch,
        idle,
        underIngest,
        ...(withOthers === undefined ? {} : { withOthers }),
      },
      erasures,
      rss: await this.connections.watch.result(),
      disk: { loadedBytes, endBytes: await this.diskBytes() },
    };
  }

  private async load() {
    const { memories, signal } = this.options;
    const result = await load(this.connections.connection, {
      corpus: this.corpus,
      from: 0,
      turns: memories,
      signal,
      onProgress: this.enter('load', memories),
    });
    this.next = memories;
    return result;
  }

  private async singleTurns() {
    const turns = this.samples.singleTurns;
    const { signal } = this.options;
    const onProgress = this.enter('single turns', turns);
    const result = await singleTurns(this.connections.connection, {
      corpus: this.corpus,
      from: this.next,
      turns,
      signal,
      onProgress,
    });
    this.next += turns;
    return result;
  }

  private firstTouches() {
    const samples = this.samples.firstTouches;
    this.enter('first touch', samples);
    const { signal } = this.options;
    return measureFirstTouches(this.connections.connection, {
      corpus: this.corpus,
      samples,
      seed: RECALL_SEED - 1,
      signal,
    });
  }

  // The seed does not change from row to row: every row asks the same questions.
  private async recalls(phase: string, concurrency: number) {
    const memories = this.next;
    const result = await measureRecalls(this.connections.connection, {
      corpus: this.corpus,
      concurrency,
      samples: this.samples.recalls,
      warmUp: this.samples.warmUp,
      seed: RECALL_SEED,
      signal: this.options.signal,
      onProgress: this.enter(phase, this.samples.recalls),
    });
    return { ...result, memories };
  }

  private reads() {
    const { reads: samples, warmUp } = this.samples;
    return measureReads(this.connections.connection, {
      corpus: this.corpus,
      turns: this.next,
      samples,
      warmUp,
      seed: RECALL_SEED + 1,
      signal: this.options.signal,
      onProgress: this.enter('reads of sessions', 3 * samples),
    });
  }

  private async recallsUnderIngest(concurrency: number) {
    const ingest = startBackgroundIngest(this.connections.connection, {
      corpus: this.corpus,
      from: this.next,
      turnsPerSecond: BACKGROUND_TURNS_PER_SECOND,
      signal: this.options.signal,
    });
    try {
      const result = await this.recalls(`recall under ingest, ${concurrency} at a time`, concurrency);
      const background = await ingest.stop();
      this.next += background.turns;
      return { ...result, background };
    } finally {
      ingest.halt();
    }
  }

  private async withOthers(): Promise<WithOthers> {
    const { operator } = this.connections;
    const { memories, others, signal } = this.options;
    const before = await this.recalls('recall before the others', 1);
    const otherMemories = memories * others;
    const tenant = await createFreshTenant(operator, { ...tenantFor(this.options), prefix: 'bench-others', signal });
    try {
      const corpus = new Corpus({ seed: OTHERS_SEED, turns: otherMemories, endMs: this.endMs });
      const onProgress = this.enter('load of another tenant', otherMemories);
      const loaded = await load(tenant.connection, { corpus, from: 0, turns: otherMemories, signal, onProgress });
      const idle = await this.recalls('recall beside the others', 1);
      const p50Ratio = idle.p50Ms / before.p50Ms;
      const p95Ratio = idle.p95Ms / before.p95Ms;
      return { otherMemories, load: loaded, before, idle, p50Ratio, p95Ratio };
    } finally {
      tenant.connection.close();
    }
  }

  private erasures() {
    this.enter('erasures', 2);
    return measureErasures(this.connections.connection, this.options.signal);
  }

  /** Facts that the service has extracted since its start. */
  private async factCount(): Promise<number> {
    const { processes } = this.options;
    if (processes !== undefined) return counterOf(processes, FACTS);
    const { counters } = await this.connections.operator.admin.getStatus({});
    return counters.find(({ name }) => name === FACTS)?.value ?? 0;
  }

  private async diskBytes(): Promise<number> {
    return (await this.connections.operator.admin.getStatus({})).diskBytes;
  }

  private enter(phase: string, total: number): (done: number) => void {
    this.connections.watch.enter(phase);
    this.options.onProgress?.(phase, 0, total);
    return (done) => this.options.onProgress?.(phase, done, total);
  }
}

function factsOf({ turns, recallableSeconds }: LoadResult, facts: number): FactsResult {
  return { facts, factsPerTurn: facts / turns, recallablePerSecond: facts / recallableSeconds };
}

function tenantFor({ facts = false }: BenchOptions) {
  return { ...TENANT, policy: facts ? {} : KEEPS_WORDS };
}

function requireWithin(field: string, value: number, { min, max }: { readonly min: number; readonly max: number }) {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new InvalidInput(`${field} is a whole number from ${min} to ${max}`, { field, sent: String(value) });
}
