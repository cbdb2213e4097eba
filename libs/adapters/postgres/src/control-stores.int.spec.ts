import { afterAll, describe } from '@jest/globals';
import {
  auditJournalContract,
  controlStoreContract,
  engineAddress,
  erasureJournalContract,
  issuerStoreContract,
  organisationStoreContract,
  SMALL_ORGANISATION_LIMITS,
  subjectRegistryContract,
  usageStoreContract,
  webhookStoreContract,
} from '@mneme/testing';
import { CONTROL_SCHEMA } from './control-schema.js';
import { controlOn } from './control-stores.js';
import { PostgresOrganisationStore } from './postgres-organisation-store.js';
import { ScratchSchema } from './scratch-schema.js';

const scratch = new ScratchSchema(engineAddress('postgres'));
afterAll(() => scratch.drop());

const open = async () => controlOn(await scratch.open([CONTROL_SCHEMA]));

describe('control on PostgreSQL', () => {
  controlStoreContract(async () => (await open()).controlStore);
  subjectRegistryContract(async () => (await open()).subjectRegistry);
  erasureJournalContract(async () => (await open()).erasureJournal);
  auditJournalContract(async () => (await open()).auditJournal);
  usageStoreContract(async () => (await open()).usageStore);
  issuerStoreContract(async () => {
    const { issuerStore: issuers, controlStore } = await open();
    return { issuers, controlStore };
  });
  webhookStoreContract(async () => {
    const { webhookStore: store, controlStore } = await open();
    return { store, controlStore };
  });
  organisationStoreContract(async () => {
    const database = await scratch.open([CONTROL_SCHEMA]);
    const organisation = new PostgresOrganisationStore(database, SMALL_ORGANISATION_LIMITS);
    return { organisation, controlStore: controlOn(database).controlStore, limits: SMALL_ORGANISATION_LIMITS };
  });
});
