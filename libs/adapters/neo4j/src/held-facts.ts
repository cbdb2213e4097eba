import { endedAmong, type GraphFact, isWithin, type ReadScope } from '@mneme/domain';
import type { GraphView } from '@mneme/ports';
import { type FactProperties, factOf } from './fact-properties.js';
import type { Neo4jDatabase } from './neo4j-database.js';
import type { ReadStatements } from './read-statements.js';
import { viewValues } from './view-values.js';

/** A fact that the reader sees, and whether anything at all may end it. */
export interface Candidate {
  readonly fact: GraphFact;
  readonly isContested: boolean;
}

export interface CandidateRow {
  readonly fact: FactProperties;
  readonly isContested: boolean;
}

/**
 * Tells for one question which facts are ended: by the function of the domain, over what it has been shown and what the
 * engine finds along the slots of those that may be ended, as far as the reader sees it.
 */
export class HeldFacts {
  /** Seen, known and within their own time. */
  private readonly present = new Map<string, GraphFact>();

  constructor(
    private readonly database: Neo4jDatabase,
    private readonly statements: ReadStatements,
    private readonly reader: { readonly scope: ReadScope; readonly view: GraphView },
  ) {}

  /** Of each of the facts, of which a later call may be shown more, whether it is taken back or superseded. */
  async endedOf(candidates: readonly Candidate[]): Promise<(fact: GraphFact) => boolean> {
    const { validAtMs } = this.reader.view;
    this.add(candidates.map(({ fact }) => fact).filter((fact) => isWithin(fact, validAtMs)));
    const contested = candidates.filter(({ isContested }) => isContested).map(({ fact }) => fact);
    if (contested.length === 0) return () => false;
    const enders = this.add(await this.along(this.statements.bearing, contested));
    // What ends one of them may itself be taken back; what takes back may not.
    this.add(await this.along(this.statements.words, enders));
    const isEnded = endedAmong([...this.present.values()]);
    const names = new Set(contested.map(nameOf));
    return (fact) => names.has(nameOf(fact)) && isEnded(fact);
  }

  private async along(text: string, facts: readonly GraphFact[]): Promise<readonly GraphFact[]> {
    if (facts.length === 0) return [];
    const known = [...this.present.values()].map(({ memoryId }) => memoryId);
    const values = { ...viewValues(this.reader.scope, this.reader.view), places: placesOf(facts), known };
    const rows = await this.database.rows<{ fact: FactProperties }>(text, values);
    return rows.map(({ fact }) => factOf(fact));
  }

  /** Answers those that were not there. */
  private add(facts: readonly GraphFact[]): readonly GraphFact[] {
    const added = facts.filter((fact) => !this.present.has(nameOf(fact)));
    for (const fact of added) this.present.set(nameOf(fact), fact);
    return added;
  }
}

/** Where facts stand, each slot once, and since when something may end what stands there. */
interface Place {
  readonly audience: string;
  readonly subjectId: string;
  readonly slot: string;
  readonly fromMs: number;
  readonly saidAtMs: number;
}

function placesOf(facts: readonly GraphFact[]): readonly Place[] {
  const places = new Map<string, Place>();
  for (const { audience, subjectId, slots, validFromMs, occurredAtMs } of facts) {
    for (const slot of slots) {
      const key = `${audience}/${subjectId}/${slot}`;
      const { fromMs = Infinity, saidAtMs = Infinity } = places.get(key) ?? {};
      const since = { fromMs: Math.min(fromMs, validFromMs), saidAtMs: Math.min(saidAtMs, occurredAtMs) };
      places.set(key, { audience, subjectId, slot, ...since });
    }
  }
  return [...places.values()];
}

function nameOf({ memoryId, version }: GraphFact): string {
  return `${memoryId}/${version}`;
}
