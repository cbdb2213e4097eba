import type { EntityId } from '@mneme/events';
import {
  ENTITY_TYPES,
  entityIdOf,
  type IndexKeys,
  InvalidInput,
  LimitExceeded,
  type Limits,
  normalisedName,
  PREDICATES,
} from '@mneme/domain';
import { GRAPH_LIMITS, type GraphView } from '@mneme/ports';
import { readInstantMs } from './filters.js';
import { readCount } from './recall-input.js';
import type { Reader } from './reader.js';

export interface RequestedEntity {
  readonly name: string;
  readonly type?: string | undefined;
}

export interface RequestedTimes {
  readonly validAt?: string | undefined;
  readonly knownAt?: string | undefined;
}

export interface RequestedGraph extends RequestedTimes {
  readonly entities: readonly RequestedEntity[];
  readonly predicates: readonly string[];
  readonly hops?: number | undefined;
  readonly fanOut?: number | undefined;
  readonly limit?: number | undefined;
}

export interface GraphInput {
  /** Hashes of the names; none: the user itself. */
  readonly names: readonly EntityId[];
  readonly predicates?: readonly string[];
  readonly hops: number;
  readonly fanOut: number;
  readonly limit: number;
  readonly view: GraphView;
}

/** Names without a type stand for one node of each type, and all have to fit one query. */
const NAMES_MAX = GRAPH_LIMITS.entitiesMax / ENTITY_TYPES.length;
const FACTS_MAX = 200;
const FACTS_DEFAULT = 50;
const FAN_OUT_MAX = 100;
const FAN_OUT_DEFAULT = 25;
const HOPS_DEFAULT = 2;

/** A question to the graph that has been checked whole. @throws InvalidInput or LimitExceeded naming the field. */
export function readGraphRequest(
  request: RequestedGraph,
  { reader, limits, nowMs }: { readonly reader: Reader; readonly limits: Limits; readonly nowMs: number },
): GraphInput {
  const predicates = readPredicates(request.predicates);
  return {
    names: readNames(request.entities, reader.indexKeys, limits),
    ...(predicates.length === 0 ? {} : { predicates }),
    hops: readCount(request.hops ?? HOPS_DEFAULT, { field: 'hops', limit: 'hopsMax', max: GRAPH_LIMITS.hopsMax }),
    fanOut: readCount(request.fanOut ?? FAN_OUT_DEFAULT, { field: 'fanOut', limit: 'fanOutMax', max: FAN_OUT_MAX }),
    limit: readCount(request.limit ?? FACTS_DEFAULT, { field: 'limit', limit: 'factsMax', max: FACTS_MAX }),
    view: readView(request, { confidenceMin: reader.tenant.policy.confidenceMin, nowMs }),
  };
}

/** What holds when, as far as it was known when; a fact that has expired by now is not given for any time. */
export function readView(
  { validAt, knownAt }: RequestedTimes,
  { confidenceMin, nowMs }: { readonly confidenceMin: number; readonly nowMs: number },
): GraphView {
  return {
    nowMs,
    confidenceMin,
    validAtMs: validAt === undefined ? nowMs : readInstantMs(validAt, 'validAt'),
    // To the end of the millisecond that was named.
    knownAt: knownAt === undefined ? Number.MAX_SAFE_INTEGER : readInstantMs(knownAt, 'knownAt') * 1_000 + 999,
  };
}

function readNames(entities: readonly RequestedEntity[], keys: IndexKeys, limits: Limits): readonly EntityId[] {
  if (entities.length > NAMES_MAX) {
    const detail = { field: 'entities', limit: `entitiesMax=${NAMES_MAX}`, sent: String(entities.length) };
    throw new LimitExceeded('more entities than the limit', detail);
  }
  const ids = entities.flatMap(({ name, type }, i) => {
    const normalised = readName(name, { field: `entities[${i}].name`, limits });
    const types = type === undefined ? ENTITY_TYPES : [readType(type, `entities[${i}].type`)];
    return types.map((one) => entityIdOf(keys, one, normalised));
  });
  return [...new Set(ids)];
}

function readName(name: string, { field, limits }: { readonly field: string; readonly limits: Limits }): string {
  if (name.includes('\uFFFD')) throw new InvalidInput('the text is not valid UTF-8', { field });
  const { nameCharsMax } = limits;
  if (name.length > nameCharsMax) {
    const detail = { field, limit: `nameCharsMax=${nameCharsMax}`, sent: `${name.length} characters` };
    throw new LimitExceeded('the name is longer than the limit', detail);
  }
  const normalised = normalisedName(name);
  if (normalised === '') throw new InvalidInput('a name has at least one character', { field });
  return normalised;
}

function readType(type: string, field: string): string {
  if ((ENTITY_TYPES as readonly string[]).includes(type)) return type;
  throw new InvalidInput(`a type is one of ${ENTITY_TYPES.join(', ')}`, { field });
}

function readPredicates(predicates: readonly string[]): readonly string[] {
  predicates.forEach((predicate, i) => {
    if (Object.hasOwn(PREDICATES, predicate)) return;
    const known = Object.keys(PREDICATES).join(', ');
    throw new InvalidInput(`a predicate is one of ${known}`, { field: `predicates[${i}]` });
  });
  return [...new Set(predicates)];
}
