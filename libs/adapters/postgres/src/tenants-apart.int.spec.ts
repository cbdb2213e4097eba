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
import type { Database, Queries } from './database.js';
import { ScratchSchema } from './scratch-schema.js';
import type { Statement } from './statements.js';

const OF_TENANT = /tenant_id = (\$\d)/g;
const AT = '2026-01-01T00:00:00.000Z';
const DAY = '2026-03-14';
const ISSUER = 'https://login.example';
// Heard at a limit alone: the suites of the ports, which have small ones, fail without the tenant in them.
const AT_LIMITS = ['organisation.countDepartments', 'organisation.countTeams', 'organisation.countAgents'].concat([
  'organisation.countGrants',
  'issuer.countOthers',
]);
// Written only behind a row that was held for its tenant in the same transaction, by a statement that is heard.
const BEHIND_HELD_ROW = ['erasures.record'];
const [SALES, CARE] = ['sales', 'care'] as [DepartmentId, DepartmentId];
const [WEST, EAST] = ['west', 'east'] as [TeamId, TeamId];
const [BOT, BEE] = ['bot', 'bee'] as [AgentId, AgentId];

describe('a tenant', () => {
  const scratch = new ScratchSchema(engineAddress('postgres'));
  let database: Database;
  beforeAll(async () => {
    database = await scratch.open([CONTROL_SCHEMA]);
  });
  afterAll(() => scratch.drop());

  it('stays as it is, whatever is done to another in which everything has the same names', () => staysApart(database));

  it('would not without the tenant in each statement that names it', async () => {
    const names = new Set<string>();
    const heard = changed(database, (statement) => {
      if (statement.name !== undefined && forAnyTenant(statement).text !== statement.text) names.add(statement.name);
      return statement;
    });
    await staysApart(heard);
    const unnoticed: string[] = [];
    for (const name of names) {
      const mutant = changed(database, (statement) => (statement.name === name ? forAnyTenant(statement) : statement));
      const isNoticed = await staysApart(mutant).then(
        () => false,
        () => true,
      );
      if (!isNoticed) unnoticed.push(name);
    }
    expect(names.size).toBeGreaterThan(40);
    expect(unnoticed.filter((name) => ![...AT_LIMITS, ...BEHIND_HELD_ROW].includes(name))).toEqual([]);
  }, 180_000);
});

/** The same database, asked other statements. */
function changed(database: Database, change: (statement: Statement) => Statement): Database {
  const wrapped = (queries: Queries): Queries => ({
    all: (statement, ...values) => queries.all(change(statement), ...values),
    get: (statement, ...values) => queries.get(change(statement), ...values),
    run: (statement, ...values) => queries.run(change(statement), ...values),
  });
  const transaction = <T>(work: (queries: Queries) => Promise<T>) =>
    database.transaction((queries) => work(wrapped(queries)));
  return { ...wrapped(database), transaction } as unknown as Database;
}

function forAnyTenant({ name, text }: Statement): Statement {
  return { name: `${name}.any`, text: text.replace(OF_TENANT, 'tenant_id >= left($1, 0)') };
}

/** Fails when a change of one of two tenants is seen in the other one, or is not seen in its own. */
async function staysApart(database: Database): Promise<void> {
  // The other one's rows come first wherever both are read.
  const [other, acme] = [randomTenantId(), randomTenantId()].sort() as [TenantId, TenantId];
  const twins = new TwinTenants(database);
  try {
    await twins.fill(acme);
    await twins.fill(other);
    await twins.tellApart(other);
    const [before, own] = [await twins.seenOf(other), await twins.seenOf(acme)];
    for (const [name, rows] of Object.entries(before)) expect([name, rows]).not.toEqual([name, []]);
    await twins.changeAll(acme);
    await twins.trespass(acme, other);
    expect(await twins.seenOf(other)).toEqual(before);
    const after = await twins.seenOf(acme);
    for (const name of Object.keys(own)) expect([name, after[name]]).not.toEqual([name, own[name]]);
    await twins.refuseNobody();
  } finally {
    await twins.remove([acme, other]);
  }
}

/** Tenants in which everything has the same names, users too. */
class TwinTenants {
  private readonly stores: ReturnType<typeof controlOn>;
  private readonly subjectId = randomSubjectId();
  private readonly renewedId = randomSubjectId();
  private readonly strangerId = randomSubjectId();

  constructor(private readonly database: Database) {
    this.stores = controlOn(database);
  }

  async fill(tenantId: TenantId): Promise<void> {
    const { controlStore, organisationStore: organisation, subjectRegistry, acceptedTurns } = this.stores;
    const { subjectId } = this;
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
    const issuer = { tenantId, issuer: ISSUER, rights: ['recall'] as const, minTrust: 0, createdAt: AT };
    await this.stores.issuerStore.allowIssuer(issuer);
    await this.stores.usageStore.addUsage([{ tenantId, day: DAY, turns: 5, tokens: 50 }]);
    for (const id of [subjectId, this.renewedId]) {
      await subjectRegistry.admit([aNewSubject({ tenantId, subjectId: id })]);
    }
    const webhook = { tenantId, url: 'https://truth.example', createdAt: AT, keyNumber: 1 };
    await this.stores.webhookStore.putWebhook({ ...webhook, wrappedKey: Buffer.alloc(60, 1) });
    await this.stores.erasureJournal.begin(anErasure({ tenantId, subjectId }));
    await this.stores.auditJournal.beginAudit(anAudit({ tenantId, state: 'ready' }));
    await acceptedTurns.reserve([aReservation({ tenantId, subjectId }), aReservation({ tenantId, subjectId })]);
  }

  /** Every row, and what the stores read. */
  async seenOf(tenantId: TenantId): Promise<Readonly<Record<string, unknown>>> {
    const { controlStore, organisationStore: organisation, subjectRegistry, acceptedTurns } = this.stores;
    const all = { limit: 100 };
    const subject = subjectRef(tenantId, this.subjectId);
    const erasures = await this.stores.erasureJournal.list(tenantId, 10);
    const audits = await this.stores.auditJournal.listAudits(tenantId, 10);
    return {
      ...(await this.rowsOf(tenantId)),
      tenant: await controlStore.findTenant(tenantId),
      apiKeys: await controlStore.listApiKeys(tenantId),
      agent: await controlStore.findAgent(tenantId, BOT),
      listed: await Promise.all([organisation.listAgents(tenantId, all), organisation.listGrants(tenantId)]),
      sales: await organisation.hasDepartment(tenantId, SALES),
      salesListed: await organisation.listDepartments(tenantId, all),
      west: await organisation.hasTeam(tenantId, WEST),
      westListed: await organisation.listTeams(tenantId, all),
      granted: await organisation.grantedTo(tenantId, CARE),
      issuer: (await this.stores.issuerStore.findIssuer(tenantId, ISSUER))?.tenantId ?? 'none',
      issuersListed: await this.stores.issuerStore.listIssuers(tenantId),
      usage: await this.stores.usageStore.readUsage(tenantId, DAY),
      webhook: (await this.stores.webhookStore.findWebhook(tenantId)) ?? 'none',
      subjects: await subjectRegistry.read(tenantId, [this.subjectId, this.renewedId]),
      erasuresListed: erasures,
      erasure: (await this.stores.erasureJournal.find(tenantId, erasures[0]?.erasureId ?? '')) ?? 'none',
      auditsListed: audits,
      audit: await this.stores.auditJournal.findAudit(tenantId, audits[0]?.auditId ?? ''),
      turns: [await acceptedTurns.countSubject(subject, 2), await acceptedTurns.probeIds(subject, 10)],
    };
  }

  async changeAll(tenantId: TenantId): Promise<void> {
    const { controlStore, organisationStore: organisation } = this.stores;
    await controlStore.setPolicy(tenantId, EVALUATION_POLICY);
    for (const { keyId } of await controlStore.listApiKeys(tenantId)) {
      await controlStore.setKeyRights(tenantId, keyId, ['erase']);
    }
    await organisation.leaveTeam({ tenantId, agentId: BOT }, WEST);
    await organisation.joinTeam({ tenantId, agentId: BOT }, EAST);
    await organisation.moveAgent({ tenantId, agentId: BOT }, CARE);
    await organisation.removeTeam(tenantId, WEST);
    await expect(organisation.joinTeam({ tenantId, agentId: BOT }, WEST)).rejects.toMatchObject({ code: 'not-found' });
    await organisation.removeAgent({ tenantId, agentId: BEE }, AT);
    await expect(organisation.joinTeam({ tenantId, agentId: BEE }, EAST)).rejects.toMatchObject({ code: 'not-found' });
    await organisation.removeGrant({ tenantId, reader: CARE, owner: SALES });
    await organisation.removeDepartment(tenantId, SALES);
    await controlStore.putAgent({ tenantId, agentId: BOT, teamIds: [] });
    await this.stores.issuerStore.removeIssuer(tenantId, ISSUER);
    await this.stores.usageStore.addUsage([{ tenantId, day: DAY, turns: 1, tokens: -60 }]);
    await this.stores.webhookStore.removeWebhook(tenantId);
    await this.erase(tenantId);
    const [audit] = await this.stores.auditJournal.listAudits(tenantId, 1);
    await this.stores.auditJournal.recordAudit({ ...anAudit(), ...audit, state: 'running' });
  }

  /** Users whom the twin has without a hold, and one whom it does not have. */
  async tellApart(tenantId: TenantId): Promise<void> {
    const { subjectRegistry } = this.stores;
    await subjectRegistry.admit([aNewSubject({ tenantId, subjectId: this.strangerId })]);
    for (const id of [this.subjectId, this.renewedId]) {
      await subjectRegistry.setLegalHold(subjectRef(tenantId, id), 'case-1');
    }
  }

  /** Names, as one tenant, what is another's. */
  async trespass(tenantId: TenantId, other: TenantId): Promise<void> {
    const { controlStore, subjectRegistry, acceptedTurns, erasureJournal, auditJournal } = this.stores;
    const missing = { code: 'not-found' };
    const [erasure] = await erasureJournal.list(other, 1);
    expect(await erasureJournal.find(tenantId, erasure?.erasureId ?? '')).toBeUndefined();
    await expect(erasureJournal.record({ ...anErasure(), ...erasure, tenantId })).rejects.toMatchObject(missing);
    await erasureJournal.withdraw(tenantId, erasure?.erasureId ?? '');
    const [audit] = await auditJournal.listAudits(other, 1);
    expect(await auditJournal.findAudit(tenantId, audit?.auditId ?? '')).toBeUndefined();
    await expect(auditJournal.recordAudit({ ...anAudit(), ...audit, tenantId })).rejects.toMatchObject(missing);
    const [key] = await controlStore.listApiKeys(other);
    const keyId = key?.keyId ?? '';
    await expect(controlStore.setKeyRights(tenantId, keyId, ['admin'])).rejects.toMatchObject(missing);
    await expect(controlStore.revokeApiKey(tenantId, keyId, AT)).rejects.toMatchObject(missing);
    const turns = await acceptedTurns.probeIds(subjectRef(other, this.subjectId), 1);
    expect(await acceptedTurns.findIds(tenantId, turns)).toEqual([]);
    const own = subjectRef(tenantId, this.subjectId);
    expect(await acceptedTurns.eraseSources(own, turns as readonly SourceId[], 2)).toBe(0);
    await subjectRegistry.setLegalHold(own, 'case-2');
    const stranger = subjectRef(tenantId, this.strangerId);
    await subjectRegistry.reapply(stranger, { epoch: 5, isKeyDestroyed: true });
    const added = await subjectRegistry.read(tenantId, [this.strangerId]);
    expect(added).toMatchObject([{ tenantId, epoch: 5, state: 'fenced', wrappedKey: null }]);
  }

  async refuseNobody(): Promise<void> {
    const [tenantId, missing] = [randomTenantId(), { code: 'not-found' }];
    const { controlStore, organisationStore } = this.stores;
    await expect(controlStore.createApiKey(anApiKey({ tenantId }))).rejects.toMatchObject(missing);
    const department = { tenantId, departmentId: SALES, createdAt: AT };
    await expect(organisationStore.createDepartment(department)).rejects.toMatchObject(missing);
  }

  async remove(tenantIds: readonly TenantId[]): Promise<void> {
    const tables = [...(await this.tables()), 'tenants'].filter((name, at, all) => all.lastIndexOf(name) === at);
    await this.database.run({ text: 'DELETE FROM agents WHERE tenant_id = ANY ($1)' }, tenantIds);
    for (const name of tables) {
      await this.database.run({ text: `DELETE FROM ${name} WHERE tenant_id = ANY ($1)` }, tenantIds);
    }
  }

  private async erase(tenantId: TenantId): Promise<void> {
    const { subjectRegistry, acceptedTurns, erasureJournal } = this.stores;
    const [one, two] = [subjectRef(tenantId, this.subjectId), subjectRef(tenantId, this.renewedId)];
    for (const subject of [one, two]) {
      await subjectRegistry.setLegalHold(subject, 'case-1');
      await subjectRegistry.setLegalHold(subject, null);
      await subjectRegistry.fence(subject);
      await subjectRegistry.destroyKey(subject, 2);
    }
    await subjectRegistry.enrol(aNewSubject({ tenantId, subjectId: this.renewedId }));
    await subjectRegistry.reapply(two, { epoch: 4, isKeyDestroyed: true });
    const [source] = await acceptedTurns.probeIds(one, 1);
    expect(await acceptedTurns.eraseSources(one, [source as SourceId], 2)).toBe(1);
    expect(await acceptedTurns.countSubject(one, 2)).toBe(1);
    expect(await acceptedTurns.eraseSubject(one, 2)).toBe(1);
    const [erasure] = await erasureJournal.list(tenantId, 1);
    await erasureJournal.record({ ...anErasure(), ...erasure, step: 'fenced' });
    await erasureJournal.withdraw(tenantId, erasure?.erasureId ?? '');
  }

  private async rowsOf(tenantId: TenantId): Promise<Readonly<Record<string, readonly unknown[]>>> {
    const rows: Record<string, readonly unknown[]> = {};
    for (const name of await this.tables()) {
      const text = `SELECT to_jsonb(t) AS row FROM ${name} AS t WHERE tenant_id = $1 ORDER BY to_jsonb(t)::text`;
      rows[name] = await this.database.all({ text }, tenantId);
    }
    return rows;
  }

  private async tables(): Promise<readonly string[]> {
    const text = `SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = current_schema() AND column_name = 'tenant_id' ORDER BY name`;
    return (await this.database.all<{ readonly name: string }>({ text })).map(({ name }) => name);
  }
}
