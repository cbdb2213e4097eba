import { setTimeout as sleep } from 'node:timers/promises';
import { Corrupt, isMemoryError, Unavailable } from '@mneme/domain';
import { ENDS } from './fact-properties.js';
import type { LabelSpace } from './label-space.js';
import type { Neo4jDatabase } from './neo4j-database.js';

/** The form of a label space that this release reads and writes. */
export const SCHEMA_VERSION = 1;
/** Calls with their own scope, and index seeks by a list within them. */
const SERVER_MIN = { major: 5, minor: 23 };

interface SchemaPart {
  readonly name: string;
  readonly text: string;
}

/**
 * Checks the server, and makes what the label space lacks: constraints, indexes, the note of its version. Many processes
 * may do so at once.
 * @throws Unavailable for a server that is too old or an index that failed; Corrupt `newer-version`.
 */
export async function prepareSchema(database: Neo4jDatabase, space: LabelSpace, indexTimeoutMs: number): Promise<void> {
  await requireServer(database);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await completeSchema(database, space, indexTimeoutMs);
    } catch (error) {
      // Another process made the same part at the same moment, or another label space was removed while this one waited.
      if (!isMemoryError(error) || error.retry !== 'later' || attempt >= ATTEMPTS_MAX) throw error;
      await sleep(attempt * PAUSE_MS);
    }
  }
}

const ATTEMPTS_MAX = 8;
const PAUSE_MS = 100;

async function completeSchema(database: Neo4jDatabase, space: LabelSpace, indexTimeoutMs: number): Promise<void> {
  const parts = schemaParts(space);
  for (const { text } of await missingParts(database, space, parts)) await database.run(text);
  if ((await missingParts(database, space, parts)).length > 0) {
    await database.run(`CALL db.awaitIndexes(${Math.ceil(indexTimeoutMs / 1_000)})`, indexTimeoutMs);
  }
  await requireVersion(database, space);
}

/** @throws Unavailable when an index is not there or does not work, Corrupt `newer-version`. */
export async function checkSchema(database: Neo4jDatabase, space: LabelSpace): Promise<void> {
  const missing = await missingParts(database, space, schemaParts(space));
  if (missing.length > 0) {
    throw new Unavailable(
      `Neo4j at ${database.place} lacks, or still builds, ${missing.length} indexes of the label space ${space.name}`,
    );
  }
  const [row] = await database.rows<{ version: number }>(`MATCH (s:${space.schema}) RETURN s.version AS version`);
  requireKnown(row?.version, space);
}

async function requireServer(database: Neo4jDatabase): Promise<void> {
  const components = await database.rows<{ name: string; versions: readonly string[] }>(
    'CALL dbms.components() YIELD name, versions RETURN name, versions',
  );
  const version = components.find(({ name }) => name === 'Neo4j Kernel')?.versions[0];
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  if (major > SERVER_MIN.major || (major === SERVER_MIN.major && minor >= SERVER_MIN.minor)) return;
  const { major: least, minor: leastMinor } = SERVER_MIN;
  throw new Unavailable(`the server at ${database.place} is no Neo4j of ${least}.${leastMinor} or newer`, {
    sent: version ?? 'unknown',
  });
}

/** Those that are not there, or not built yet. */
async function missingParts(database: Neo4jDatabase, space: LabelSpace, parts: readonly SchemaPart[]) {
  const rows = await database.rows<{ name: string; state: string }>(
    'SHOW INDEXES YIELD name, state WHERE name STARTS WITH $p.prefix RETURN name, state',
    { prefix: `${space.name}_` },
  );
  const failed = rows.find(({ state }) => state === 'FAILED');
  if (failed !== undefined) throw new Unavailable(`the index ${failed.name} of Neo4j at ${database.place} has failed`);
  const names = new Set(rows.filter(({ state }) => state === 'ONLINE').map(({ name }) => name));
  return parts.filter(({ name }) => !names.has(name));
}

async function requireVersion(database: Neo4jDatabase, space: LabelSpace): Promise<void> {
  const version = await database.transaction(async (queries) => {
    const [row] = await queries.rows<{ version: number }>(
      `MERGE (s:${space.schema} {one: true}) ON CREATE SET s.version = toInteger($p.version) RETURN s.version AS version`,
      { version: SCHEMA_VERSION },
    );
    return row?.version;
  });
  requireKnown(version, space);
}

function requireKnown(version: number | undefined, { name }: LabelSpace): void {
  if (version === SCHEMA_VERSION) return;
  const sent = String(version);
  if (version !== undefined && version > SCHEMA_VERSION) {
    throw new Corrupt(`the label space ${name} is of a newer release`, { sent }, 'newer-version');
  }
  throw new Corrupt(`the label space ${name} does not say which form it has`, { sent });
}

function schemaParts(space: LabelSpace): readonly SchemaPart[] {
  return [...nodeParts(space), ...factParts(space), ...aliasParts(space)];
}

function nodeParts({ name, entity, value, schema }: LabelSpace): readonly SchemaPart[] {
  const unique = (part: string, label: string, keys: string): SchemaPart => ({
    name: `${name}_${part}`,
    text: `CREATE CONSTRAINT ${name}_${part} IF NOT EXISTS FOR (n:${label}) REQUIRE (${keys}) IS UNIQUE`,
  });
  return [
    unique('entity', entity, 'n.tenantId, n.entity'),
    unique('value', value, 'n.tenantId, n.value'),
    unique('schema', schema, 'n.one'),
  ];
}

/** A statement names the properties of the index that it is to walk along, so each list stands in one of them too. */
function factParts({ name, fact }: LabelSpace): readonly SchemaPart[] {
  const index = indexOf(name, fact);
  return [
    uniqueOf(name, 'fact', { type: fact, keys: ['memoryId', 'version', 'tenantId'] }),
    index('fact_by_subject', ['tenantId', 'subjectId', 'memoryId', 'version']),
    index('fact_by_source', ['tenantId', 'sourceId']),
    index('fact_from', ['tenantId', 'audience', 'subjectEntity', 'validFromMs']),
    index('fact_by_predicate', ['tenantId', 'audience', 'subjectEntity', 'predicate', 'validFromMs']),
    index('fact_to', ['tenantId', 'audience', 'objectEntity', 'validFromMs']),
    ...ENDS.flatMap((end) => [
      index(`fact_${end}`, ['tenantId', 'subjectId', end, 'validFromMs']),
      index(`fact_word_${end}`, ['tenantId', 'subjectId', end, 'wordAtMs']),
    ]),
  ];
}

function aliasParts({ name, alias }: LabelSpace): readonly SchemaPart[] {
  const index = indexOf(name, alias);
  return [
    index('alias_by_name', ['tenantId', 'audience', 'alias', 'entity']),
    index('alias_by_fact', ['memoryId', 'version', 'tenantId']),
  ];
}

function indexOf(space: string, type: string) {
  return (part: string, keys: readonly string[]): SchemaPart => ({
    name: `${space}_${part}`,
    text: `CREATE INDEX ${space}_${part} IF NOT EXISTS FOR ()-[r:${type}]-() ON (${keysOf(keys)})`,
  });
}

function uniqueOf(space: string, part: string, { type, keys }: { readonly type: string; readonly keys: string[] }) {
  return {
    name: `${space}_${part}`,
    text: `CREATE CONSTRAINT ${space}_${part} IF NOT EXISTS FOR ()-[r:${type}]-() REQUIRE (${keysOf(keys)}) IS UNIQUE`,
  };
}

function keysOf(keys: readonly string[]): string {
  return keys.map((key) => `r.${key}`).join(', ');
}
