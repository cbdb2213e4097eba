import { type GraphFact, instantOf, mayRead } from '@mneme/domain';
import type { Catalogue, TraversedFact } from '@mneme/ports';
import type { Metrics } from '@mneme/platform';
import type { Dropped, Fact } from '@mneme/proto';
import { type MemoryOpener, memoryView, type OpenedRow } from './memory-view.js';
import type { Reader } from './reader.js';

interface OpenPorts {
  readonly catalogue: Catalogue;
  readonly opener: MemoryOpener;
  readonly metrics: Metrics;
}

export interface OpenedFacts {
  readonly facts: Fact[];
  readonly dropped: Dropped[];
}

type Opened = OpenedRow & { readonly state: 'opened' };

/** Facts with their sentences, in their order; each is checked against the scope once more. */
export async function openFacts(
  { catalogue, opener, metrics }: OpenPorts,
  { scope }: Reader,
  traversed: readonly TraversedFact[],
): Promise<OpenedFacts> {
  const readable = traversed.filter(({ fact }) => mayRead(scope, fact));
  if (readable.length < traversed.length) metrics.increment('mneme_scope_alarms_total');
  const rows = await catalogue.get(
    scope,
    readable.map(({ fact }) => fact.memoryId),
  );
  const opened = new Map((await opener.open(scope, rows)).map((one) => [one.row.memoryId, one]));
  const dropped = new Map<string, number>();
  const facts = readable.flatMap(({ fact, hop }): Fact[] => {
    const row = opened.get(fact.memoryId);
    const reason = reasonAgainst(fact, row);
    if (reason === undefined) return [factView(fact, row as Opened, hop)];
    dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
    return [];
  });
  return { facts, dropped: [...dropped].map(([reason, count]) => ({ reason, count })) };
}

function reasonAgainst(fact: GraphFact, row: OpenedRow | undefined): string | undefined {
  if (row === undefined) return 'not-in-catalogue-yet';
  if (row.state !== 'opened') return row.state === 'fenced' ? 'erased' : row.state;
  // The sentence at hand is of a later version, and may say something else.
  return row.row.version === fact.version ? undefined : 'another-version';
}

function factView(fact: GraphFact, { row, content }: Opened, hop: number): Fact {
  const { subject = '', object = '', qualifier } = content.names ?? {};
  return {
    memory: memoryView(row, content),
    subject: { name: subject, type: fact.subjectType, entityId: fact.subjectEntity },
    predicate: fact.predicate,
    object: { name: object, type: fact.objectType ?? 'value', entityId: fact.objectEntity },
    qualifier,
    validFrom: instantOf(fact.validFromMs),
    validTo: fact.validToMs === undefined ? undefined : instantOf(fact.validToMs),
    hop,
  };
}
