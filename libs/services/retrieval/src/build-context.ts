import { limitsFor, type Limits, type Principal, sessionKeyOf, Unavailable } from '@mneme/domain';
import type { SessionStore } from '@mneme/ports';
import type { BuildContextResponse } from '@mneme/proto';
import { assembleContext, type ContextParts, type Part } from './assemble-context.js';
import { readContextRequest, type RequestedContext } from './context-input.js';
import { withinDeadline } from './legs.js';
import type { ReadGraph } from './read-graph.js';
import type { Recall, RecallPorts } from './recall.js';
import type { RecallInput } from './recall-input.js';
import { type Reader, readerOf } from './reader.js';
import type { RetrievalConfig } from './retrieval.config.js';
import { openTurns } from './session-turns.js';
import type { Freshness } from './wait-for.js';

export interface BuildContextPorts extends Pick<RecallPorts, 'guard' | 'keyring' | 'clock' | 'waitFor' | 'events'> {
  readonly sessionStore: SessionStore;
  readonly recalls: Recall;
  readonly graph: ReadGraph;
}

const PROFILE_FACTS = 10;
/** A recall has deadlines of its own, one after the other: its legs, rows and distances of hits, facts. */
const RECALL_DEADLINES = 4;

/** Profile, recalled memories and the session's last turns as one text that fits a model's budget. */
export class BuildContext {
  constructor(
    private readonly ports: BuildContextPorts,
    private readonly config: RetrievalConfig,
  ) {}

  /** @throws InvalidInput, LimitExceeded, Forbidden, Conflict `subject-erased`; Unavailable when no part answers. */
  async build(principal: Principal, request: RequestedContext): Promise<BuildContextResponse> {
    const reader = await readerOf(this.ports, principal, request.userId);
    const { policy } = reader.tenant;
    const limits = limitsFor(this.config.limits, policy.limits);
    const input = readContextRequest(request, { limits, policy, models: this.config.readingModels });
    // Checked whole before anything is waited for.
    const { question, memories: limit } = request;
    const recall = question === '' ? undefined : this.ports.recalls.inputOf(reader, { ...request, limit });
    const freshness = await this.ports.waitFor.wait(request.waitFor);
    const parts = await this.partsOf(reader, { recall, session: request.session, freshness, limits });
    const nowMs = recall?.nowMs ?? this.ports.clock.nowMs();
    const { sessionTurnsMax } = limits;
    const { response, used } = assembleContext(parts, { ...input, nowMs, policy: policy.context, sessionTurnsMax });
    const recallId = parts.recall.value?.recallId;
    if (recallId !== undefined) this.ports.events.note(reader, { recallId, memories: used, nowMs });
    return { ...response, recallId, freshness: freshness.state, failedTurnIds: [...freshness.failedTurnIds] };
  }

  private async partsOf(reader: Reader, { recall, session, freshness, limits }: Asked): Promise<ContextParts> {
    const { legTimeoutMs } = this.config;
    const { recalls, graph } = this.ports;
    const hasUser = reader.scope.subjectId !== undefined;
    const [profile, recalled, turns] = await Promise.all([
      partOf(legTimeoutMs, hasUser ? () => graph.profileOf(reader, PROFILE_FACTS) : undefined),
      partOf(
        legTimeoutMs * RECALL_DEADLINES,
        recall === undefined ? undefined : () => recalls.answer(reader, recall, freshness),
      ),
      partOf(
        legTimeoutMs,
        session === undefined ? undefined : () => this.lastTurns(reader, session, limits.sessionTurnsMax),
      ),
    ]);
    const asked = [profile, recalled, turns].filter(({ state }) => state !== 'not-asked');
    if (asked.length > 0 && asked.every(({ state }) => state !== 'answered')) {
      throw new Unavailable('no part of the context answers');
    }
    return { profile, recall: recalled, turns };
  }

  private async lastTurns(reader: Reader, session: string, limit: number) {
    const sessionKey = sessionKeyOf(reader.indexKeys, reader.subjectId, session);
    const turns = await this.ports.sessionStore.lastTurns(reader.scope, sessionKey, limit);
    return openTurns(this.ports.keyring, reader, turns);
  }
}

interface Asked {
  readonly recall: RecallInput | undefined;
  readonly session: string | undefined;
  readonly freshness: Freshness;
  readonly limits: Limits;
}

async function partOf<T>(timeoutMs: number, read: (() => Promise<T>) | undefined): Promise<Part<T>> {
  if (read === undefined) return { state: 'not-asked', value: undefined, tookMs: 0 };
  const startedMs = performance.now();
  const outcome = await withinDeadline(timeoutMs, read);
  const value = outcome.state === 'answered' ? outcome.value : undefined;
  return { state: outcome.state, value, tookMs: performance.now() - startedMs };
}
