import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AgentId, DepartmentId, SourceId, TeamId, TenantId } from '@mneme/events';
import { EVALUATION_POLICY, subjectRef } from '@mneme/domain';
import {
  anApiKey,
  anAudit,
  anErasure,
  aNewSubject,
  aReservation,
  aTenant,
  engineAddress,
  randomSubjectId,
  randomTenantId,
  randomTenantKeys,
} from '@mneme/testing';
import { CONTROL_SCHEMA } from './control-schema.js';
import { controlOn } from './control-stores.js';
import type { Database } from './database.js';
import { ScratchSchema } from './scratch-schema.js';

const AT = '2026-01-01T00:00:00.000Z';
const DAY = '2026-03-14';
const [SALES, CARE] = ['sales', 'care'] as DepartmentId[] as [DepartmentId, DepartmentId];
const [WEST, EAST] = ['west', 'east'] as TeamId[] as [TeamId, TeamId];
const [BOT, BEE] = ['bot', 'bee'] as AgentId[] as [AgentId, AgentId];

/**
 * Two tenants in which everything has the same names, users too: whatever is done to one, every row of the other stays as
 * it is. A statement that forgets its tenant changes one there, or finds one and does not change its own.
 */
describe('a tenant', () => {
  const scratch = new ScratchSchema(engineAddress('postgres'));
  const [subjectId, renewed] = [randomSubjectId(), randomSubjectId()];
  const [acme, other] = [randomTenantId(), randomTenantId()] as [TenantId, TenantId];
  let database: Database;
  let stores: ReturnType<typeof controlOn>;
  beforeAll(async () => {
    database = await scratch.open([CONTROL_SCHEMA]);
    stores = controlOn(database);
    for (const tenantId of [acme, other]) await fill(tenantId);
  });
  afterAll(() => scratch.drop());

  async function fill(tenantId: TenantId): Promise<void> {
    const { controlStore, organisationStore: organisation } = stores;
    await controlStore.createTenant(aTenant({ tenantId }), randomTenantKeys());
    for (const departmentId of [SALES, CARE]) {
      await organisation.createDepartment({ tenantId, departmentId, createdAt: AT });
    }
    for (const teamId of [WEST, EAST]) await organisation.createTeam({ tenantId, teamId, createdAt: AT });
    await organisation.createGrant({ tenantId, reader: CARE, owner: SALES, createdAt: AT });
    for (const agentId of [BOT, BEE]) {
      await organisation.createAgent({ tenantId, agentId, departmentId: SALES, teamIds: [WEST] });
      await controlStore.createApiKey(anApiKey({ tenantId, agentId }));
    }
    const issuer = { tenantId, issuer: 'https://login.example', rights: ['recall'] as const, minTrust: 0 };
    await stores.issuerStore.allowIssuer({ ...issuer, createdAt: AT });
    await stores.usageStore.addUsage([{ tenantId, day: DAY, turns: 5, tokens: 50 }]);
    for (const id of [subjectId, renewed]) {
      await stores.subjectRegistry.admit([aNewSubject({ tenantId, subjectId: id })]);
    }
    const webhook = { tenantId, url: 'https://truth.example', createdAt: AT, keyNumber: 1 };
    await stores.webhookStore.putWebhook({ ...webhook, wrappedKey: Buffer.alloc(60, 1) });
    await stores.erasureJournal.begin(anErasure({ tenantId, subjectId }));
    await stores.auditJournal.beginAudit(anAudit({ tenantId, state: 'ready' }));
    await stores.acceptedTurns.reserve([aReservation({ tenantId, subjectId }), aReservation({ tenantId, subjectId })]);
  }

  async function rowsOf(tenantId: TenantId): Promise<Readonly<Record<string, readonly unknown[]>>> {
    const tables = await database.all<{ readonly name: string }>({
      text: `SELECT table_name AS name FROM information_schema.columns
        WHERE table_schema = current_schema() AND column_name = 'tenant_id' ORDER BY name`,
    });
    const rows: Record<string, readonly unknown[]> = {};
    for (const { name } of tables) {
      const text = `SELECT to_jsonb(t) AS row FROM ${name} AS t WHERE tenant_id = $1 ORDER BY to_jsonb(t)::text`;
      rows[name] = await database.all({ text }, tenantId);
    }
    const keys = `SELECT encode(key, 'hex') AS key FROM key_slots WHERE slot IN (
      SELECT key_slot FROM subjects WHERE tenant_id = $1 UNION SELECT key_slot FROM webhooks WHERE tenant_id = $1
      UNION SELECT index_key_slot FROM tenants WHERE tenant_id = $1
      UNION SELECT tenant_key_slot FROM tenants WHERE tenant_id = $1) ORDER BY key`;
    return { ...rows, key_slots: await database.all({ text: keys }, tenantId) };
  }

  async function changeAll(tenantId: TenantId): Promise<void> {
    const { controlStore, organisationStore: organisation } = stores;
    await controlStore.setPolicy(tenantId, EVALUATION_POLICY);
    for (const { keyId } of await controlStore.listApiKeys(tenantId)) {
      await controlStore.setKeyRights(tenantId, keyId, ['erase']);
    }
    await organisation.leaveTeam({ tenantId, agentId: BOT }, WEST);
    await organisation.joinTeam({ tenantId, agentId: BOT }, EAST);
    await organisation.moveAgent({ tenantId, agentId: BOT }, CARE);
    await organisation.removeTeam(tenantId, WEST);
    await organisation.removeAgent({ tenantId, agentId: BEE }, AT);
    await organisation.removeGrant({ tenantId, reader: CARE, owner: SALES });
    await organisation.removeDepartment(tenantId, SALES);
    await controlStore.putAgent({ tenantId, agentId: BOT, teamIds: [] });
    await stores.issuerStore.removeIssuer(tenantId, 'https://login.example');
    await stores.usageStore.addUsage([{ tenantId, day: DAY, turns: 1, tokens: -60 }]);
    await stores.webhookStore.removeWebhook(tenantId);
    await eraseSubjects(tenantId);
    const [audit] = await stores.auditJournal.listAudits(tenantId, 1);
    await stores.auditJournal.recordAudit({ ...anAudit(), ...audit, state: 'running' });
  }

  async function eraseSubjects(tenantId: TenantId): Promise<void> {
    const { subjectRegistry, acceptedTurns, erasureJournal } = stores;
    const [one, two] = [subjectRef(tenantId, subjectId), subjectRef(tenantId, renewed)];
    for (const subject of [one, two]) {
      await subjectRegistry.setLegalHold(subject, 'case-1');
      await subjectRegistry.setLegalHold(subject, null);
      await subjectRegistry.fence(subject);
      await subjectRegistry.destroyKey(subject, 2);
    }
    await subjectRegistry.enrol(aNewSubject({ tenantId, subjectId: renewed }));
    await subjectRegistry.reapply(two, { epoch: 4, isKeyDestroyed: true });
    const [source] = await acceptedTurns.probeIds(one, 1);
    expect(await acceptedTurns.eraseSources(one, [source as SourceId], 2)).toBe(1);
    expect(await acceptedTurns.countSubject(one, 2)).toBe(1);
    expect(await acceptedTurns.eraseSubject(one, 2)).toBe(1);
    const [erasure] = await erasureJournal.list(tenantId, 1);
    await erasureJournal.record({ ...anErasure(), ...erasure, step: 'fenced' });
    await erasureJournal.withdraw(tenantId, erasure?.erasureId ?? '');
  }

  it('stays as it is, whatever is done to another in which everything has the same names', async () => {
    const [before, own] = [await rowsOf(other), await rowsOf(acme)];
    expect(Object.entries(before).filter(([, rows]) => rows.length === 0)).toEqual([]);
    await changeAll(acme);
    expect(await rowsOf(other)).toEqual(before);
    const after = await rowsOf(acme);
    const unchanged = Object.keys(own).filter((name) => JSON.stringify(own[name]) === JSON.stringify(after[name]));
    expect(unchanged).toEqual([]);
  });
});
