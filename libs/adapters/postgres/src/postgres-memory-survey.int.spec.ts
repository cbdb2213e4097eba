import { afterAll } from '@jest/globals';
import { engineAddress, memorySurveyContract } from '@mneme/testing';
import { CATALOGUE_SCHEMA } from './catalogue-schema.js';
import { PostgresCatalogue } from './postgres-catalogue.js';
import { PostgresMemorySurvey } from './postgres-memory-survey.js';
import { ScratchSchema } from './scratch-schema.js';

const scratch = new ScratchSchema(engineAddress('postgres'));
afterAll(() => scratch.drop());

const RECALLED = {
  text: 'UPDATE catalogue SET access_count = $1, last_access_ms = $2 WHERE memory_id = $3 AND version = $4',
};

memorySurveyContract(async () => {
  const db = await scratch.open([CATALOGUE_SCHEMA]);
  return {
    survey: new PostgresMemorySurvey(db),
    catalogue: new PostgresCatalogue(db),
    recalled: async ({ memoryId, version }, accessCount, lastAccessMs) => {
      await db.run(RECALLED, accessCount, lastAccessMs, memoryId, version);
    },
  };
});
