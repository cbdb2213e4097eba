import type { MemoryId } from '@mneme/events';
import { type CatalogueRow, factIdsOf, type Ranked } from '@mneme/domain';
import type { Catalogue, Embedder, FactGraph } from '@mneme/ports';
import type { Dropped, Hit } from '@mneme/proto';
import { DuplicateFinder } from './duplicate-finder.js';
import { type MemoryOpener, memoryView, type OpenedRow } from './memory-view.js';
import type { Reader } from './reader.js';
import type { RecallInput } from './recall-input.js';

interface SelectPorts {
  readonly catalogue: Catalogue;
  readonly factGraph: FactGraph;
  readonly embedder: Embedder;
  readonly opener: MemoryOpener;
  readonly lookedUpMax: number;
}

interface Selection {
  readonly reader: Reader;
  readonly input: RecallInput;
  /** Best first. */
  readonly ranked: readonly Ranked[];
  /** Undefined: unknown. */
  readonly cosineOf: (one: Ranked) => number | undefined;
}

/** Goes down the ranking until enough hits stand, and counts what it passes over, by reason. */
export async function selectHits(
  ports: SelectPorts,
  selection: Selection,
): Promise<{ readonly hits: Hit[]; readonly dropped: Dropped[] }> {
  const { input, ranked, cosineOf } = selection;
  const dropped = new Map<string, number>();
  const drop = (reason: string, count = 1) => dropped.set(reason, (dropped.get(reason) ?? 0) + count);
  const near = ranked.filter((one) => {
    const reason = reasonAgainst(ports.embedder, input, { one, cosine: cosineOf(one) });
    if (reason !== undefined) drop(reason);
    return reason === undefined;
  });
  const reachable = near.slice(0, ports.lookedUpMax);
  const chosen: Chosen[] = [];
  const duplicates = new DuplicateFinder();
  const turns = new SaidTurns();
  for (let start = 0; start < reachable.length && chosen.length < input.limit;) {
    // A few more than are missing, so that what is dropped seldom costs a second look-up.
    const page = reachable.slice(start, start + (input.limit - chosen.length) + 8);
    start += page.length;
    const rows = await lookUp(ports, selection.reader, page);
    const ended = await endedFacts(ports, selection, rows);
    for (const one of page) {
      if (chosen.length === input.limit) break;
      const row = rows.get(one.candidate.memoryId);
      if (row?.state !== 'opened') drop(row === undefined ? 'not-in-catalogue-yet' : REASONS[row.state]);
      else if (ended.has(row.row.memoryId)) drop('superseded');
      else if (turns.hasTold(row.row)) drop('same-turn');
      else if (duplicates.isRepeat(row.content)) drop('near-duplicate');
      else {
        turns.note(row.row);
        chosen.push({ row, one, cosine: cosineOf(one) });
      }
    }
  }
  if (near.length > chosen.length) drop('beyond-limit', near.length - chosen.length - countOf(dropped));
  const superseded = await supersededEpisodes(ports, selection, chosen);
  const hits = chosen.map((one) => hitOf(ports.embedder, one, superseded.has(one.row.row.memoryId)));
  return { hits, dropped: [...dropped].filter(([, count]) => count > 0).map(([reason, count]) => ({ reason, count })) };
}

/** Share of the best score by words that a hit needs when its similarity is unknown and no fact leads to it. */
const LEXICAL_MIN = 0.5;

interface Measured {
  readonly one: Ranked;
  readonly cosine: number | undefined;
}

function reasonAgainst(embedder: Embedder, input: RecallInput, { one, cosine }: Measured): DistanceReason | undefined {
  const { similarityMin, answersUnmeasured } = input;
  if (similarityMin === 0) return undefined;
  if (cosine !== undefined) return embedder.similarity(cosine) >= similarityMin ? undefined : 'below-similarity';
  const isSupported = one.parts.lexical >= LEXICAL_MIN || one.candidate.graph !== undefined;
  return answersUnmeasured && isSupported ? undefined : 'similarity-unknown';
}

type DistanceReason = 'below-similarity' | 'similarity-unknown';
const DISTANCES: ReadonlySet<string> = new Set<DistanceReason>(['below-similarity', 'similarity-unknown']);

const REASONS = { fenced: 'erased', unreadable: 'unreadable', alarm: 'out-of-scope' } as const;

async function lookUp(
  ports: SelectPorts,
  { scope }: Reader,
  page: readonly Ranked[],
): Promise<ReadonlyMap<MemoryId, OpenedRow>> {
  const found: readonly CatalogueRow[] = await ports.catalogue.get(
    scope,
    page.map(({ candidate }) => candidate.memoryId),
  );
  const opened = await ports.opener.open(scope, found);
  return new Map(opened.map((row) => [row.row.memoryId, row]));
}

/**
 * Facts among the rows that a later statement has ended, as far as the reader can see. Without an answer of the graph
 * nobody can say which still hold, so that none is given.
 */
async function endedFacts(
  { factGraph }: SelectPorts,
  { reader, input: { nowMs } }: Selection,
  rows: ReadonlyMap<MemoryId, OpenedRow>,
): Promise<ReadonlySet<MemoryId>> {
  const facts = [...rows.values()].filter(({ row }) => row.kind === 'fact').map(({ row }) => row.memoryId);
  if (facts.length === 0) return new Set();
  const states = await factGraph.statesOf(reader.scope, facts, viewAt(reader, nowMs)).catch(() => []);
  const holding = new Set(states.filter(({ state }) => state !== 'ended').map(({ memoryId }) => memoryId));
  return new Set(facts.filter((memoryId) => !holding.has(memoryId)));
}

/** Facts of a turn that are looked at: few turns state more. */
const FACTS_LOOKED_AT = 4;

/** Episodes of which a later statement has ended a fact. Without an answer of the graph none is marked. */
async function supersededEpisodes(
  { factGraph }: SelectPorts,
  { reader, input: { nowMs } }: Selection,
  chosen: readonly Chosen[],
): Promise<ReadonlySet<MemoryId>> {
  const episodeOf = new Map<MemoryId, MemoryId>();
  for (const { row } of chosen.map((one) => one.row)) {
    if (row.kind !== 'episode') continue;
    for (const factId of factIdsOf(row, row.sourceId, FACTS_LOOKED_AT)) episodeOf.set(factId, row.memoryId);
  }
  if (episodeOf.size === 0) return new Set();
  const states = await factGraph.statesOf(reader.scope, [...episodeOf.keys()], viewAt(reader, nowMs)).catch(() => []);
  const ended = states.filter(({ state }) => state === 'ended');
  return new Set(ended.flatMap(({ memoryId }) => episodeOf.get(memoryId) ?? []));
}

function viewAt({ tenant }: Reader, nowMs: number) {
  const { confidenceMin } = tenant.policy;
  return { nowMs, validAtMs: nowMs, knownAt: Number.MAX_SAFE_INTEGER, confidenceMin };
}

/** A fact says nothing that its turn does not: the answer has the one that ranks higher. */
class SaidTurns {
  private readonly told = new Map<string, Set<string>>();

  hasTold({ kind, sourceId }: CatalogueRow): boolean {
    const kinds = this.told.get(sourceId);
    if (kinds === undefined) return false;
    return kind === 'fact' ? kinds.has('episode') : kind === 'episode' && kinds.has('fact');
  }

  note({ kind, sourceId }: CatalogueRow): void {
    this.told.set(sourceId, (this.told.get(sourceId) ?? new Set()).add(kind));
  }
}

interface Chosen extends Measured {
  readonly row: OpenedRow & { readonly state: 'opened' };
}

function hitOf(embedder: Embedder, { row: { row, content }, one, cosine }: Chosen, superseded: boolean): Hit {
  const memory = memoryView(row, content);
  const { score, ...parts } = one.parts;
  return {
    memory,
    score,
    similarity: cosine === undefined ? undefined : embedder.similarity(cosine),
    explanation: { ...parts, cosine, turnIds: memory.turnIds },
    superseded,
  };
}

/** What was dropped among the near ones. */
function countOf(dropped: ReadonlyMap<string, number>): number {
  return [...dropped].reduce((sum, [reason, count]) => (DISTANCES.has(reason) ? sum : sum + count), 0);
}
