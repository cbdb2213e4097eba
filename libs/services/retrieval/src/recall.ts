import { randomUUID } from 'node:crypto';
import type { MemoryId } from '@mneme/events';
import { blindTermsOf, limitsFor, type Principal, rank, type Ranked, Unavailable } from '@mneme/domain';
import type { Catalogue, Clock, Embedder, FactGraph, IndexFilter, IndexHit, VectorIndex } from '@mneme/ports';
import type { AuthGuard, Keyring, Metrics } from '@mneme/platform';
import type { Fact, RecallResponse } from '@mneme/proto';
import { openFacts } from './fact-view.js';
import { type GraphAnswer, type GraphFindings, searchGraph } from './graph-leg.js';
import { passesFilter, rowsOfGraph } from './graph-rows.js';
import { runLeg, withinDeadline } from './legs.js';
import type { MemoryOpener } from './memory-view.js';
import type { PublishRecalls } from './publish-recalls.js';
import { type Reader, readerOf } from './reader.js';
import { readRecall, type RecallInput, type RequestedRecall } from './recall-input.js';
import type { RetrievalConfig } from './retrieval.config.js';
import { selectHits } from './select-hits.js';
import { type Findings, unionOf } from './union.js';
import type { Freshness, WaitFor } from './wait-for.js';

export interface RecallPorts {
  readonly guard: AuthGuard;
  readonly keyring: Keyring;
  readonly catalogue: Catalogue;
  readonly vectorIndex: VectorIndex;
  readonly factGraph: FactGraph;
  readonly embedder: Embedder;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly opener: MemoryOpener;
  readonly waitFor: WaitFor;
  readonly events: PublishRecalls;
}

interface DenseFindings {
  readonly vector: Float32Array;
  readonly hits: readonly IndexHit[];
}

/** Question → ranked memories: filter → legs side by side → fuse, decay, order → threshold → look up → collapse. */
export class Recall {
  constructor(
    private readonly ports: RecallPorts,
    private readonly config: RetrievalConfig,
  ) {}

  /** @throws InvalidInput, LimitExceeded, Forbidden, Conflict `subject-erased`; Unavailable when no leg answers. */
  async recall(principal: Principal, request: RequestedRecall): Promise<RecallResponse> {
    const reader = await readerOf(this.ports, principal, request.userId);
    const input = this.inputOf(reader, request);
    const freshness = await this.ports.waitFor.wait(input.waitFor);
    const response = await this.answer(reader, input, freshness);
    const { recallId, hits, facts } = response;
    const memories = [...hits, ...facts].flatMap(({ memory }) => memory ?? []);
    this.ports.events.note(reader, { recallId, memories, nowMs: this.ports.clock.nowMs() });
    return response;
  }

  /** What was asked, checked whole. @throws InvalidInput or LimitExceeded naming the field. */
  inputOf(reader: Reader, request: RequestedRecall): RecallInput {
    const limits = limitsFor(this.config.limits, reader.tenant.policy.limits);
    return readRecall(request, { reader, limits, nowMs: this.ports.clock.nowMs() });
  }

  /** @throws Unavailable when no leg answers. */
  async answer(reader: Reader, input: RecallInput, freshness: Freshness): Promise<RecallResponse> {
    const startedMs = performance.now();
    const terms = blindTermsOf(input.question, reader).map(({ term }) => term);
    const { dense, lexical, graph } = await this.search(reader, input, terms);
    const legs = [dense.leg, lexical.leg, graph.leg];
    if (legs.every(({ state }) => state !== 'answered')) throw new Unavailable('no part of the search answers');
    const found = {
      dense: dense.found?.hits ?? [],
      lexical: lexical.found ?? [],
      graph: graph.found?.scores ?? new Map(),
    };
    const graphRows = await this.graphRows(reader, input, found);
    const union = unionOf({ ...found, graphRows }, new Set(terms));
    const ranked = rank([...union.values()], reader.tenant.policy, input.nowMs);
    const cosines = await this.cosines(reader, ranked, dense.found?.vector);
    const selected = await selectHits(
      { ...this.ports, lookedUpMax: this.config.lookedUpMax },
      { reader, input, ranked, cosineOf: ({ candidate }) => candidate.dense ?? cosines(candidate.memoryId) },
    );
    this.ports.metrics.observe('mneme_recall_ms', performance.now() - startedMs, { leg: 'all' });
    return {
      ...selected,
      freshness: freshness.state,
      failedTurnIds: [...freshness.failedTurnIds],
      legs,
      considered: union.size,
      recallId: randomUUID(),
      facts: await this.facts(reader, input, graph.found?.answers ?? []),
    };
  }

  private async facts(reader: Reader, input: RecallInput, answers: readonly GraphAnswer[]): Promise<Fact[]> {
    if (answers.length === 0) return [];
    const opened = await withinDeadline(this.config.legTimeoutMs, () => openFacts(this.ports, reader, answers));
    if (opened.state !== 'answered') return [];
    const byId = new Map<string, GraphAnswer>(answers.map((answer) => [answer.fact.memoryId, answer]));
    return opened.value.facts.filter(({ memory }) => {
      const answer = byId.get(memory?.memoryId ?? '');
      if (memory === undefined || answer === undefined) return false;
      const { flags, agentId, teamId } = memory;
      return passesFilter({ ...answer.fact, kind: 'fact', flags, agentId, teamId }, input.filter);
    });
  }

  private async search(reader: Reader, input: RecallInput, terms: readonly number[]) {
    const { vectorIndex, embedder, metrics } = this.ports;
    const { legHitsMax: limit } = this.config;
    const filter: IndexFilter = {
      ...input.filter,
      model: embedder.model.id,
      confidenceMin: reader.tenant.policy.confidenceMin,
      nowMs: input.nowMs,
    };
    const { scope } = reader;
    const { legTimeoutMs: timeoutMs } = this.config;
    const [dense, lexical, graph] = await Promise.all([
      // The question is embedded within the leg: a server that is away costs this leg and no other.
      runLeg<DenseFindings>({ name: 'dense', timeoutMs, countOf: ({ hits }) => hits.length }, async (signal) => {
        const vector = await embedder.embedQuestion(input.question, signal);
        return { vector, hits: await vectorIndex.searchDense(scope, { vector, limit }, filter) };
      }),
      runLeg<readonly IndexHit[]>({ name: 'lexical', timeoutMs, countOf: (hits) => hits.length }, () =>
        vectorIndex.searchLexical(scope, { terms, limit }, filter),
      ),
      runLeg<GraphFindings>({ name: 'graph', timeoutMs, countOf: ({ scores }) => scores.size }, () =>
        searchGraph(this.ports, reader, input),
      ),
    ]);
    for (const { leg } of [dense, lexical, graph]) metrics.observe('mneme_recall_ms', leg.tookMs, { leg: leg.name });
    return { dense, lexical, graph };
  }

  private async graphRows(reader: Reader, input: RecallInput, found: Omit<Findings, 'graphRows'>) {
    if (found.graph.size === 0) return [];
    const known = new Set([...found.dense, ...found.lexical].map(({ memoryId }) => memoryId));
    const { legTimeoutMs } = this.config;
    const rows = await withinDeadline(legTimeoutMs, () =>
      rowsOfGraph(this.ports, reader, { scores: found.graph, known, input }),
    );
    return rows.state === 'answered' ? rows.value : [];
  }

  /**
   * For hits that the dense leg did not find, among those that can still be looked up. Undefined for all of them when
   * there is nothing to compare with; a memory that has no vector of this model is as far away as can be.
   */
  private async cosines(reader: Reader, ranked: readonly Ranked[], vector: Float32Array | undefined) {
    if (vector === undefined) return () => undefined;
    const memoryIds = ranked
      .slice(0, this.config.lookedUpMax)
      .filter(({ candidate }) => candidate.dense === undefined)
      .map(({ candidate }) => candidate.memoryId);
    if (memoryIds.length === 0) return () => 0;
    const model = this.ports.embedder.model.id;
    const found = await withinDeadline(this.config.legTimeoutMs, () =>
      this.ports.vectorIndex.cosines(reader.scope, { vector, memoryIds, model }),
    );
    if (found.state !== 'answered') return () => undefined;
    return (memoryId: MemoryId) => found.value.get(memoryId) ?? 0;
  }
}
