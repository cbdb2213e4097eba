import type { Audience, EntityId } from '@mneme/events';
import type { GraphFact, ReadScope } from '@mneme/domain';
import type { GraphView } from '@mneme/ports';
import { factOf } from './fact-properties.js';
import { type CandidateRow, HeldFacts } from './held-facts.js';
import type { Neo4jDatabase, Parameters } from './neo4j-database.js';
import type { ReadStatements } from './read-statements.js';
import { viewValues } from './view-values.js';

/** Where facts are looked for: along one index, from the latest on. */
export interface Strand {
  readonly direction: 'from' | 'to';
  readonly entity?: EntityId;
  readonly audience?: Audience;
  readonly predicate?: string | undefined;
}

export interface StrandQuery {
  /** One of those that give candidates by strand. */
  readonly text: string;
  readonly strands: readonly Strand[];
  /** Facts in force of each strand. */
  readonly wanted: number;
  readonly view: GraphView;
  readonly values?: Parameters;
}

/** A first page has some more than are wanted: of most people something is ended. */
const PAGE_FACTS_SPARE = 8;
/** A page that was all ended is followed by one so many times as big. */
const PAGE_GROWTH = 4;
const PAGE_FACTS_MAX = 1_000;

/** Reads facts in force of strands, page by page: how many of a page are ended shows when they are there. */
export class FactPages {
  constructor(
    private readonly database: Neo4jDatabase,
    private readonly statements: ReadStatements,
  ) {}

  /** Of each strand at most `wanted` facts in force, the latest first. */
  async read(scope: ReadScope, query: StrandQuery): Promise<readonly (readonly GraphFact[])[]> {
    const { view, wanted } = query;
    const held = new HeldFacts(this.database, this.statements, { scope, view });
    const readings = query.strands.map((strand, at) => new Reading({ strand, at }, query));
    const values = { ...viewValues(scope, view), ...query.values };
    let open: readonly Reading[] = readings;
    for (
      let pageSize = wanted + PAGE_FACTS_SPARE;
      open.length > 0;
      pageSize = Math.min(pageSize * PAGE_GROWTH, PAGE_FACTS_MAX)
    ) {
      const sides = { from: placesOf(open, 'from'), to: placesOf(open, 'to') };
      const closed = readings.flatMap((reading) => reading.closed);
      const rows = await this.database.rows<CandidateRow & { at: number }>(query.text, {
        ...values,
        ...sides,
        closed,
        pageSize,
      });
      const candidates = rows.map(({ at, fact, isContested }) => ({ at, fact: factOf(fact), isContested }));
      const isEnded = await held.endedOf(candidates);
      for (const { at, fact } of candidates) readings[at]?.take(fact, isEnded(fact));
      open = open.filter((reading) => reading.turnPage(pageSize));
    }
    return readings.map(({ facts }) => facts);
  }
}

/** How far one strand is read. */
class Reading {
  readonly facts: GraphFact[] = [];
  private last: GraphFact | undefined;
  private count = 0;

  constructor(
    private readonly place: { readonly strand: Strand; readonly at: number },
    private readonly query: StrandQuery,
  ) {}

  get direction(): Strand['direction'] {
    return this.place.strand.direction;
  }

  /** Slots in which nothing that comes later in the strand can be in force: it is superseded by what holds already. */
  get closed(): readonly string[] {
    return this.facts.flatMap(({ audience, subjectId, ends }) =>
      ends.map((slot) => `${audience}/${subjectId}/${slot}`),
    );
  }

  get next() {
    const { entity, audience, predicate } = this.place.strand;
    const { validFromMs = this.query.view.validAtMs, recordedAt = Number.MAX_SAFE_INTEGER } = this.last ?? {};
    const after = { fromMs: validFromMs, recordedAt, memoryId: this.last?.memoryId ?? AFTER_ALL };
    return { at: this.place.at, ...namesOf(entity, this.direction), audience, predicate, ...after };
  }

  take(fact: GraphFact, isEnded: boolean): void {
    this.count += 1;
    this.last = fact;
    if (!isEnded && this.facts.length < this.query.wanted) this.facts.push(fact);
  }

  /** Whether there may be more that is wanted. */
  turnPage(pageSize: number): boolean {
    const isFull = this.count >= pageSize;
    this.count = 0;
    return isFull && this.facts.length < this.query.wanted;
  }
}

// Ids are made of digits, letters and hyphens.
const AFTER_ALL = '~';

function namesOf(entity: EntityId | undefined, direction: Strand['direction']) {
  return direction === 'from' ? { subjectEntity: entity } : { objectEntity: entity };
}

function placesOf(readings: readonly Reading[], direction: Strand['direction']) {
  return readings.filter((reading) => reading.direction === direction).map(({ next }) => next);
}
