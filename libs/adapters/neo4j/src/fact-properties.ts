import type { EntityId } from '@mneme/events';
import type { GraphFact } from '@mneme/domain';
import neo4j from 'neo4j-driver';
import { corrupt } from './neo4j-errors.js';

/** The properties of a fact's relationship, as the client takes and gives them. */
export type FactProperties = Readonly<Record<string, unknown>>;

/** What names a version of a fact. */
export interface FactKey {
  readonly memoryId: string;
  readonly version: number;
  readonly tenantId: string;
}

/** One of the names that a version of a fact gives. */
export interface AliasProperties extends FactKey {
  readonly audience: string;
  readonly alias: string;
  readonly entity: string;
}

/** The engine keeps an index entry for a value, not for each value of a list: as many as the event lets a fact end slots. */
export const ENDS = ['end0', 'end1', 'end2', 'end3', 'end4'] as const;

/** As the engine gives it back: numbers as numbers. A missing property is an absent field. */
export function factPropertiesOf({ slots, ends, aliases, ...rest }: GraphFact): FactProperties {
  const [ownSlot, wideSlot] = slots;
  if (ends.length > ENDS.length) throw corrupt(`a fact ends more than ${ENDS.length} slots`);
  return {
    ...rest,
    aliases: aliases.flatMap(({ entity, alias }) => [entity, alias]),
    ownSlot,
    ...(wideSlot === undefined ? {} : { wideSlot }),
    ...Object.fromEntries(ends.map((end, at) => [ENDS[at], end])),
    ...(takesBack(rest) ? { wordAtMs: rest.occurredAtMs } : {}),
  };
}

/** Whole numbers of ours as those of the engine: a number of JavaScript's would become one with a fraction. */
export function sentProperties(properties: FactProperties): FactProperties {
  const sent: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(properties)) {
    sent[name] = typeof value === 'number' && WHOLE.has(name) ? neo4j.int(value) : value;
  }
  return sent;
}

export function sentKey<Key extends FactKey>(key: Key) {
  return { ...key, version: neo4j.int(key.version) };
}

const WHOLE: ReadonlySet<string> = new Set([
  ...['version', 'occurredAtMs', 'recordedAt', 'expiresAtMs', 'epoch', 'validFromMs', 'validToMs', 'wordAtMs'],
]);

/** @throws Corrupt for what is no fact, or says of itself in two ways. */
export function factOf(properties: FactProperties): GraphFact {
  const { ownSlot, wideSlot, end0, end1, end2, end3, end4, wordAtMs, aliases, ...rest } = properties;
  const ends = [end0, end1, end2, end3, end4].filter((end) => end !== undefined);
  const names = aliasesOf(aliases);
  if (ownSlot === undefined || end0 === undefined || names === undefined)
    throw corrupt('a fact lacks what it stands in');
  const slots = wideSlot === undefined ? [ownSlot] : [ownSlot, wideSlot];
  const fact = { ...rest, aliases: names, slots, ends } as unknown as GraphFact;
  if (wordAtMs !== (takesBack(fact) ? fact.occurredAtMs : undefined)) {
    throw corrupt('a fact takes back what it does not say');
  }
  return fact;
}

/** What a fact gives other names to, each once. */
export function aliasPropertiesOf({ memoryId, version, tenantId, audience, aliases }: GraphFact) {
  const byNames = new Map<string, AliasProperties>();
  for (const { entity, alias } of aliases) {
    byNames.set(`${alias}/${entity}`, { memoryId, version, tenantId, audience, alias, entity });
  }
  return [...byNames.values()];
}

export function isSameProperties(one: FactProperties, other: FactProperties): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => isSame(one[name], other[name]));
}

function isSame(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return one === other;
  return one.length === other.length && one.every((value, at) => value === other[at]);
}

function takesBack({ isNegated, isCorrection }: Pick<GraphFact, 'isNegated' | 'isCorrection'>): boolean {
  return isNegated || isCorrection;
}

function aliasesOf(value: unknown): GraphFact['aliases'] | undefined {
  if (!Array.isArray(value) || value.length % 2 !== 0) return undefined;
  const names = value as EntityId[];
  return Array.from({ length: names.length / 2 }, (_, at) => ({
    entity: names[2 * at] as EntityId,
    alias: names[2 * at + 1] as EntityId,
  }));
}
