import { afterAll, describe, expect, it } from '@jest/globals';
import { catalogueRowOf, tenantRef } from '@mneme/domain';
import {
  aMemory,
  memorySurveyContract,
  removeTemporaryDirectories,
  temporaryDirectory,
  vectorSurveyContract,
} from '@mneme/testing';
import { openDatabase } from './database.js';
import { SqliteCatalogue } from './sqlite-catalogue.js';
import { SURVEY_SQL, SqliteMemorySurvey } from './sqlite-memory-survey.js';
import { SqliteVectorIndex } from './sqlite-vector-index.js';
import { SqliteVectorSurvey } from './sqlite-vector-survey.js';
import { storeMigrations } from './store-schema.js';

removeTemporaryDirectories();

describe.each([
  ['in memory', () => ':memory:'],
  ['on a file', () => `${temporaryDirectory()}/store.db`],
])('%s', (_, where) => {
  const db = openDatabase(where(), { migrations: storeMigrations });
  afterAll(() => db.close());
  memorySurveyContract(async () => ({
    survey: new SqliteMemorySurvey(() => db),
    catalogue: new SqliteCatalogue(db),
    recalled: ({ memoryId, version }, accessCount, lastAccessMs) =>
      void db
        .prepare('UPDATE catalogue SET access_count = ?, last_access_ms = ? WHERE memory_id = ? AND version = ?')
        .run(accessCount, lastAccessMs, memoryId, version),
  }));
  vectorSurveyContract(async () => ({ survey: new SqliteVectorSurvey(() => db), index: new SqliteVectorIndex(db) }));

  it('reads the file that is live at the moment of the call', async () => {
    const other = openDatabase(':memory:', { migrations: storeMigrations });
    const live = { db };
    const survey = new SqliteMemorySurvey(() => live.db);
    const memory = aMemory();
    await new SqliteCatalogue(other).upsert([catalogueRowOf(memory)]);
    const found = () => survey.surveySubjects(tenantRef(memory.tenantId), { limit: 10 });
    expect(await found()).toEqual([]);
    live.db = other;
    expect(await found()).toEqual([memory.subjectId]);
    live.db = db;
    expect(await found()).toEqual([]);
    other.close();
  });

  it.each(Object.entries(SURVEY_SQL))('a page of %s follows its index and sorts no more than equals', (_name, sql) => {
    const plan = (db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as readonly { readonly detail: string }[]).map(
      ({ detail }) => detail,
    );
    expect(plan.filter((detail) => /^SCAN (?!found)|USE TEMP B-TREE FOR ORDER BY/.test(detail))).toEqual([]);
  });
});
