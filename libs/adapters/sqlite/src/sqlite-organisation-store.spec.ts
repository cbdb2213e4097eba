import { afterAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import {
  organisationStoreContract,
  removeTemporaryDirectories,
  SMALL_ORGANISATION_LIMITS,
  temporaryDirectory,
} from '@mneme/testing';
import { type Database, openDatabase } from './database.js';
import { KEYS_MIGRATIONS } from './keys-schema.js';
import { SqliteControlStore } from './sqlite-control-store.js';
import { SqliteOrganisationStore } from './sqlite-organisation-store.js';

removeTemporaryDirectories();
const opened: Database[] = [];
afterAll(() => opened.forEach((db) => db.close()));

function open(file: string, migrations = KEYS_MIGRATIONS): Database {
  const db = openDatabase(file, { migrations });
  opened.push(db);
  return db;
}

describe.each([
  ['in memory', () => ':memory:'],
  ['on a file', () => join(temporaryDirectory(), 'keys.db')],
])('%s', (_, file) => {
  organisationStoreContract(async () => {
    const db = open(file());
    const organisation = new SqliteOrganisationStore(db, SMALL_ORGANISATION_LIMITS);
    return { organisation, controlStore: new SqliteControlStore(db), limits: SMALL_ORGANISATION_LIMITS };
  });
});

describe('keys.db of the first release', () => {
  const file = join(temporaryDirectory(), 'keys.db');
  const before = open(file, KEYS_MIGRATIONS.slice(0, 1));
  before.exec(`INSERT INTO key_slots VALUES (1, x'00'), (2, x'00');
    INSERT INTO tenants VALUES ('acme', 'standard', '{}', '2026-01-01T00:00:00.000Z', 1, 2, 1),
      ('other', 'standard', '{}', '2026-01-01T00:00:00.000Z', 1, 2, 1);
    INSERT INTO agents VALUES ('acme', 'bot', 'sales', '["east","west"]'), ('acme', 'bee', 'sales', '["east"]'),
      ('acme', 'ant', NULL, '[]'), ('other', 'bot', 'legal', '[]');`);

  it('gets the departments and teams that its agents name, and no grants', async () => {
    const store = new SqliteOrganisationStore(open(file));
    const ids = async (tenantId: string) => ({
      departments: (await store.listDepartments(tenantId as never, { limit: 9 })).map((one) => one.departmentId),
      teams: (await store.listTeams(tenantId as never, { limit: 9 })).map((one) => one.teamId),
      grants: await store.listGrants(tenantId as never),
    });
    expect(await ids('acme')).toEqual({ departments: ['sales'], teams: ['east', 'west'], grants: [] });
    expect(await ids('other')).toEqual({ departments: ['legal'], teams: [], grants: [] });
    expect(await store.listAgents('acme' as never, { limit: 9 })).toHaveLength(3);
  });

  it('takes no grant that points at a department of another tenant, whoever writes it', () => {
    const db = open(file);
    const writing = () => db.exec("INSERT INTO department_grants VALUES ('acme', 'sales', 'legal', '')");
    expect(writing).toThrow(/FOREIGN KEY/);
  });
});
