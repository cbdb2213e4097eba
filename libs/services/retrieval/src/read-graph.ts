import type { EntityId } from '@mneme/events';
import { InvalidInput, type Limits, type Principal, personOf } from '@mneme/domain';
import type { Catalogue, Clock, FactGraph, TraversedFact } from '@mneme/ports';
import type { AuthGuard, Keyring, Metrics } from '@mneme/platform';
import type { FactsResponse, InitSessionResponse } from '@mneme/proto';
import { openFacts } from './fact-view.js';
import { type GraphInput, readGraphRequest, readView, type RequestedGraph } from './graph-input.js';
import type { MemoryOpener } from './memory-view.js';
import { type Reader, readerOf } from './reader.js';
import { readCount } from './recall-input.js';
import type { ReadMemories } from './read-memories.js';
import type { OpenedSession } from './sessions/open-session.js';
import type { RequestedWait, WaitFor } from './wait-for.js';

export interface ReadGraphPorts {
  readonly guard: AuthGuard;
  readonly keyring: Keyring;
  readonly catalogue: Catalogue;
  readonly factGraph: FactGraph;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly opener: MemoryOpener;
  readonly waitFor: WaitFor;
  readonly memories: ReadMemories;
}

export interface RequestedFacts extends RequestedGraph {
  readonly userId?: string | undefined;
  readonly waitFor?: RequestedWait | undefined;
}

export interface RequestedStart {
  readonly userId?: string | undefined;
  readonly session?: string | undefined;
  readonly limit?: number | undefined;
  readonly turns?: number | undefined;
  readonly waitFor?: RequestedWait | undefined;
}

export type Profile = Pick<InitSessionResponse, 'about' | 'preferences' | 'projects' | 'constraints'>;

/** What a profile has, by part; a predicate stands in one part. */
const PROFILE = {
  about: ['name_is', 'has_role', 'works_at', 'lives_in', 'plan_is', 'account_is'],
  preferences: ['prefers', 'avoids'],
  projects: ['works_on'],
  constraints: ['constrained_by'],
} as const;
const PROFILE_PREDICATES = Object.values(PROFILE).flat();
const PART_DEFAULT = 10;
const PART_MAX = 50;
/** Ten predicates at most as many as the parts may have, before audiences are merged. */
const PROFILE_FACTS_MAX = 500;

/** Reads of the fact graph: by entity and time, never by similarity. */
export class ReadGraph {
  constructor(
    private readonly ports: ReadGraphPorts,
    private readonly limits: Limits,
  ) {}

  /** @throws InvalidInput, LimitExceeded, Forbidden, Conflict `subject-erased`. */
  async traverse(principal: Principal, request: RequestedFacts): Promise<FactsResponse> {
    const reader = await readerOf(this.ports, principal, request.userId);
    const input = this.inputOf(reader, request);
    const { state, failedTurnIds } = await this.ports.waitFor.wait(request.waitFor);
    const entities = await this.startOf(reader, input);
    const query = { ...input.view, ...input, entities };
    const { facts, isTruncated } = await this.ports.factGraph.traverse(reader.scope, query);
    const opened = await openFacts(this.ports, reader, facts);
    return { ...opened, truncated: isTruncated, freshness: state, failedTurnIds: [...failedTurnIds] };
  }

  /** As `traverse` over one edge; as wide as the answer may be. */
  async asOf(principal: Principal, request: Omit<RequestedFacts, 'hops' | 'fanOut'>): Promise<FactsResponse> {
    const fanOut = Math.min(request.limit ?? PART_MAX, 2 * PART_MAX);
    return this.traverse(principal, { ...request, hops: 1, fanOut });
  }

  /** @throws InvalidInput when there is no user to speak for; else as `traverse`. */
  async initSession(principal: Principal, request: RequestedStart): Promise<InitSessionResponse> {
    const reader = await readerOf(this.ports, principal, request.userId);
    if (reader.scope.subjectId === undefined) {
      throw new InvalidInput('a profile is that of a user: name one', { field: 'userId' });
    }
    const perPredicate = readCount(request.limit ?? PART_DEFAULT, { field: 'limit', limit: 'factsMax', max: PART_MAX });
    const { state, failedTurnIds } = await this.ports.waitFor.wait(request.waitFor);
    return {
      ...(await this.profileOf(reader, perPredicate)),
      ...(await this.openedSession(reader, request)),
      freshness: state,
      failedTurnIds: [...failedTurnIds],
    };
  }

  /** Facts in force about the reader's user, in one structured query; the latest of each relation, by part. */
  async profileOf(reader: Reader, perPredicate: number): Promise<Profile> {
    const { indexKeys, scope, subjectId } = reader;
    const facts = await this.ports.factGraph.factsOf(scope, {
      ...this.viewOf(reader),
      entities: [personOf(indexKeys, subjectId)],
      predicates: PROFILE_PREDICATES,
      fanOut: perPredicate,
      limit: PROFILE_FACTS_MAX,
    });
    const traversed = facts.map((fact): TraversedFact => ({ fact, hop: 1 }));
    const opened = await openFacts(this.ports, reader, traversed);
    const part = (predicates: readonly string[]) =>
      opened.facts.filter(({ predicate }) => predicates.includes(predicate)).slice(0, perPredicate);
    return {
      about: part(PROFILE.about),
      preferences: part(PROFILE.preferences),
      projects: part(PROFILE.projects),
      constraints: part(PROFILE.constraints),
    };
  }

  private async openedSession(reader: Reader, { session, turns }: RequestedStart): Promise<OpenedSession> {
    if (session === undefined) return { turns: [] };
    return this.ports.memories.openedSession(reader, { session, limit: turns });
  }

  private inputOf(reader: Reader, request: RequestedFacts): GraphInput {
    return readGraphRequest(request, { reader, limits: this.limits, nowMs: this.ports.clock.nowMs() });
  }

  private viewOf({ tenant }: Reader) {
    const { confidenceMin } = tenant.policy;
    return readView({}, { confidenceMin, nowMs: this.ports.clock.nowMs() });
  }

  private async startOf(
    { scope, indexKeys, subjectId }: Reader,
    { names, view }: GraphInput,
  ): Promise<readonly EntityId[]> {
    if (names.length > 0) return this.ports.factGraph.resolve(scope, names, view);
    return [personOf(indexKeys, subjectId)];
  }
}
