import { blindTermsOf, limitsFor, rank, type Ranked } from '@mneme/domain';
import type { Catalogue, Clock, Embedder, FactGraph, IndexFilter, VectorIndex } from '@mneme/ports';
import type { AuthGuard, Keyring, Metrics } from '@mneme/platform';
import type { RecallResponse } from '@mneme/proto';
import type { Principal } from '@mneme/domain';
import { type LegAnswer, runLeg, unionOf } from './legs.js';
import type { MemoryOpener } from './memory-view.js';
import { type Reader, readerOf } from './reader.js';
import { readRecall, type RecallInput, type RequestedRecall } from './recall-input.js';
import type { RetrievalConfig } from './retrieval.config.js';
import { selectHits } from './select-hits.js';
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
}

/** Question → ranked memories: filter → legs side by side → fuse, decay, order → threshold → look up → collapse. */
export class Recall {
  constructor(
    private readonly ports: RecallPorts,
    private readonly config: RetrievalConfig,
  ) {}

  /** @throws InvalidInput, LimitExceeded, Forbidden, Conflict `subject-erased`; Unavailable when no leg answers. */
  async recall(principal: Principal, request: RequestedRecall): Promise<RecallResponse> {
    const startedMs = performance.now();
    const reader = await readerOf(this.ports, principal, request.userId);
    const limits = limitsFor(this.config.limits, reader.tenant.policy.limits);
    const input = readRecall(request, { reader, limits, nowMs: this.ports.clock.nowMs() });
    const freshness = await this.ports.waitFor.wait(input.waitFor);
    const response = await this.answer(reader, input, freshness);
    this.ports.metrics.observe('mneme_recall_ms', performance.now() - startedMs, { leg: 'all' });
    return response;
  }

  private async answer(reader: Reader, input: RecallInput, freshness: Freshness): Promise<RecallResponse> {
    const terms = blindTermsOf(input.question, reader).map(({ term }) => term);
    const vector = await this.ports.embedder.embedQuestion(input.question);
    const [dense, lexical] = await this.search(reader, input, { terms, vector });
    const union = unionOf(dense.hits, lexical.hits, new Set(terms));
    const candidates = [...union.values()].map(({ candidate }) => candidate);
    const ranked = rank(candidates, reader.tenant.policy, input.nowMs);
    const cosines = await this.cosines(reader, ranked, vector);
    const selected = await selectHits(
      { ...this.ports, lookedUpMax: this.config.lookedUpMax },
      { reader, input, ranked, cosineOf: (one) => one.candidate.dense ?? cosines.get(one.candidate.memoryId) ?? 0 },
    );
    return {
      ...selected,
      freshness: freshness.state,
      failedTurnIds: [...freshness.failedTurnIds],
      legs: [dense.leg, lexical.leg],
      considered: union.size,
    };
  }

  private async search(
    reader: Reader,
    input: RecallInput,
    query: { readonly terms: readonly number[]; readonly vector: Float32Array },
  ): Promise<readonly [LegAnswer, LegAnswer]> {
    const { vectorIndex, embedder, metrics } = this.ports;
    const { legTimeoutMs, legHitsMax: limit } = this.config;
    const filter: IndexFilter = {
      ...input.filter,
      model: embedder.model.id,
      confidenceMin: reader.tenant.policy.confidenceMin,
      nowMs: input.nowMs,
    };
    const { scope } = reader;
    const { vector, terms } = query;
    const legs = await Promise.all([
      runLeg('dense', legTimeoutMs, () => vectorIndex.searchDense(scope, { vector, limit }, filter)),
      runLeg('lexical', legTimeoutMs, () => vectorIndex.searchLexical(scope, { terms, limit }, filter)),
    ]);
    for (const { leg } of legs) metrics.observe('mneme_recall_ms', leg.tookMs, { leg: leg.name });
    return legs;
  }

  /** For hits that only the lexical leg found, among those that can still be looked up. */
  private async cosines(reader: Reader, ranked: readonly Ranked[], vector: Float32Array) {
    const memoryIds = ranked
      .slice(0, this.config.lookedUpMax)
      .filter(({ candidate }) => candidate.dense === undefined)
      .map(({ candidate }) => candidate.memoryId);
    if (memoryIds.length === 0) return new Map();
    const model = this.ports.embedder.model.id;
    return this.ports.vectorIndex.cosines(reader.scope, { vector, memoryIds, model });
  }
}
