import type { MemoryId, SourceId } from '@mneme/events';
import { type GraphFact, LimitExceeded, type SubjectRef } from '@mneme/domain';
import {
  type AliasProperties,
  aliasPropertiesOf,
  type FactKey,
  type FactProperties,
  factPropertiesOf,
  isSameProperties,
  sentKey,
  sentProperties,
} from './fact-properties.js';
import type { LabelSpace } from './label-space.js';
import type { Neo4jDatabase, Queries } from './neo4j-database.js';
import { type WriteStatements, writeStatements } from './write-statements.js';

/** Facts of one transaction: what the engine holds in memory until it is committed. */
const BATCH_FACTS_MAX = 5_000;
/** Facts that one transaction of a sweep takes away. */
const SWEPT_FACTS = 1_000;

interface Taken extends FactKey {
  readonly one: string;
  readonly other: string;
}

/** All that writes. Nothing is derived from several facts, so that no order of transactions matters. */
export class FactWrites {
  private readonly statements: WriteStatements;

  constructor(
    private readonly database: Neo4jDatabase,
    space: LabelSpace,
  ) {
    this.statements = writeStatements(space);
  }

  /** Those that are there already are not written again. @throws LimitExceeded. */
  async upsert(facts: readonly GraphFact[]): Promise<void> {
    if (facts.length > BATCH_FACTS_MAX) {
      const detail = { limit: `batchFactsMax=${BATCH_FACTS_MAX}`, sent: String(facts.length) };
      throw new LimitExceeded('more facts than one transaction takes', detail);
    }
    const wanted = new Map(facts.map((fact) => [nameOf(fact), fact]));
    await this.database.transaction(async (queries) => {
      const existing = await this.existing(queries, [...wanted.values()].map(keyOf));
      const isWritten = (fact: GraphFact) => {
        const properties = existing.get(nameOf(fact));
        return properties !== undefined && isSameProperties(properties, factPropertiesOf(fact));
      };
      const added = [...wanted.values()].filter((fact) => !isWritten(fact));
      const replaced = added.filter((fact) => existing.has(nameOf(fact)));
      const left = replaced.length === 0 ? [] : await this.takeAway(queries, replaced.map(keyOf));
      await this.add(queries, added);
      await this.removeOrphans(queries, left);
    });
  }

  async remove(versions: readonly { readonly memoryId: MemoryId; readonly version: number }[]): Promise<void> {
    await this.database.transaction(async (queries) => {
      const given = { versions: versions.map((one) => sentKey({ ...one, tenantId: '' })) };
      const keys = await queries.rows<FactKey>(this.statements.keysOf, given);
      if (keys.length > 0) await this.removeOrphans(queries, await this.takeAway(queries, keys));
    });
  }

  eraseSubject(subject: SubjectRef, belowEpoch: number): Promise<number> {
    return this.sweep(this.statements.takeSubject, { ...placeOf(subject), belowEpoch });
  }

  eraseSources(subject: SubjectRef, sourceIds: readonly SourceId[], belowEpoch: number): Promise<number> {
    return this.sweep(this.statements.takeSources, { ...placeOf(subject), belowEpoch, sourceIds });
  }

  private async sweep(text: string, parameters: FactProperties): Promise<number> {
    for (let count = 0; ;) {
      const taken = await this.database.transaction(async (queries) => {
        const rows = await queries.rows<Taken>(text, { ...parameters, limit: SWEPT_FACTS });
        const aliases = await this.takeAliases(queries, rows.map(keyOf));
        await this.removeOrphans(queries, [...nodesOf(rows), ...aliases]);
        return rows.length;
      });
      count += taken;
      if (taken < SWEPT_FACTS) return count;
    }
  }

  private async existing(queries: Queries, keys: readonly FactKey[]): Promise<ReadonlyMap<string, FactProperties>> {
    const rows = await queries.rows<{ properties: FactProperties }>(this.statements.existing, {
      keys: keys.map(sentKey),
    });
    return new Map(rows.map(({ properties }) => [nameOf(properties as unknown as FactKey), properties]));
  }

  /** Nodes first, in their order, so that transactions that share some wait for each other and do not cross. */
  private async add(queries: Queries, facts: readonly GraphFact[]): Promise<void> {
    if (facts.length === 0) return;
    const aliases = facts.flatMap(aliasPropertiesOf);
    const rows = [...facts].sort(byEntity).map((fact) => sentProperties(factPropertiesOf(fact)));
    const toEntities = rows.filter(({ objectEntity }) => objectEntity !== undefined);
    const toValues = rows.filter(({ objectEntity }) => objectEntity === undefined);
    const { statements } = this;
    const add = (text: string, parameters: Readonly<Record<string, readonly unknown[]>>) =>
      Object.values(parameters)[0]?.length === 0 ? Promise.resolve([]) : queries.rows(text, parameters);
    await Promise.all([
      add(statements.entities, { nodes: entitiesOf(facts, aliases) }),
      add(statements.values, { nodes: valuesOf(facts) }),
      add(statements.factsToEntities, { facts: toEntities }),
      add(statements.factsToValues, { facts: toValues }),
      add(statements.aliases, { aliases: aliases.map(sentKey) }),
    ]);
  }

  /** Facts and the names that they give; answers the nodes that they were at. */
  private async takeAway(queries: Queries, keys: readonly FactKey[]): Promise<readonly string[]> {
    const taken = await queries.rows<Taken>(this.statements.deleteKeys, { keys: keys.map(sentKey) });
    return [...nodesOf(taken), ...(await this.takeAliases(queries, keys))];
  }

  private async takeAliases(queries: Queries, keys: readonly FactKey[]): Promise<readonly string[]> {
    if (keys.length === 0) return [];
    return nodesOf(await queries.rows<Taken>(this.statements.deleteAliases, { keys: keys.map(sentKey) }));
  }

  private async removeOrphans(queries: Queries, nodes: readonly string[]): Promise<void> {
    if (nodes.length > 0) await queries.rows(this.statements.deleteOrphans, { ids: [...new Set(nodes)].sort() });
  }
}

function nameOf({ memoryId, version, tenantId }: FactKey): string {
  return `${memoryId}/${version}/${tenantId}`;
}

function keyOf({ memoryId, version, tenantId }: FactKey): FactKey {
  return { memoryId, version, tenantId };
}

function nodesOf(taken: readonly Taken[]): readonly string[] {
  return taken.flatMap(({ one, other }) => [one, other]);
}

function placeOf({ tenantId, subjectId }: SubjectRef) {
  return { tenantId, subjectId };
}

function entitiesOf(facts: readonly GraphFact[], aliases: readonly AliasProperties[]) {
  const ends = facts.flatMap(({ tenantId, subjectEntity, objectEntity }) =>
    [subjectEntity, ...(objectEntity === undefined ? [] : [objectEntity])].map((key) => ({ tenantId, key })),
  );
  const names = aliases.flatMap(({ tenantId, alias, entity }) => [alias, entity].map((key) => ({ tenantId, key })));
  return distinct([...ends, ...names]);
}

function valuesOf(facts: readonly GraphFact[]) {
  const valued = facts.filter(({ objectEntity }) => objectEntity === undefined);
  return distinct(valued.map(({ tenantId, valueHash = '' }) => ({ tenantId, key: valueHash })));
}

function distinct(nodes: readonly { readonly tenantId: string; readonly key: string }[]) {
  const byName = new Map(nodes.map((node) => [`${node.tenantId}/${node.key}`, node]));
  return [...byName].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, node]) => node);
}

function byEntity(one: GraphFact, other: GraphFact): number {
  return placeInOrder(one) < placeInOrder(other) ? -1 : 1;
}

function placeInOrder({ tenantId, subjectEntity, objectEntity }: GraphFact): string {
  return `${tenantId}/${subjectEntity}/${objectEntity ?? ''}`;
}
