import { afterAll } from '@jest/globals';
import { engineAddress, leasesContract } from '@mneme/testing';
import { LEASE_SCHEMA } from './lease-schema.js';
import { PostgresLeases } from './postgres-leases.js';
import { ScratchSchema } from './scratch-schema.js';

const scratch = new ScratchSchema(engineAddress('postgres'));
afterAll(() => scratch.drop());

const LIMITS = { ttlMs: 1_500, renewEveryMs: 200, marginMs: 400, askEveryMs: 20 };

leasesContract(async () => {
  const database = await scratch.open([LEASE_SCHEMA], { poolSizeMax: 1 });
  return { leases: new PostgresLeases(database, LIMITS), cutOff: () => database.close() };
}, LIMITS);
