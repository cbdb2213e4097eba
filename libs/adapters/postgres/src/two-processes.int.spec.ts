import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AgentId, DepartmentId, TeamId, TenantId } from '@mneme/events';
import { subjectRef } from '@mneme/domain';
import type { TurnReservation } from '@mneme/ports';
import {
  anApiKey,
  anAudit,
  anErasure,
  aNewSubject,
  aReservation,
  aTenant,
  engineAddress,
  nextRecordedAt,
  randomTenantId,
  randomTenantKeys,
  SMALL_ORGANISATION_LIMITS,
} from '@mneme/testing';
import { CONTROL_SCHEMA } from './control-schema.js';
import { controlOn } from './control-stores.js';
import type { Database } from './database.js';
import { PostgresOrganisationStore } from './postgres-organisation-store.js';
import { ScratchSchema } from './scratch-schema.js';

const AT = '2026-01-01T00:00:00.000Z';
const ROUNDS = 25;
const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
const codesOf = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.map((result) => (result.status === 'fulfilled' ? 'done' : (result.reason as { code?: string }).code)).sort();

describe('two processes at once', () => {
  const scratch = new ScratchSchema(engineAddress('postgres'));
  let databases: readonly [Database, Database];
  let one: ReturnType<typeof controlOn>;
  let other: ReturnType<typeof controlOn>;
  beforeAll(async () => {
    databases = [await scratch.open([CONTROL_SCHEMA]), await scratch.open([CONTROL_SCHEMA])];
    [one, other] = [controlOn(databases[0]), controlOn(databases[1])];
  });
  afterAll(() => scratch.drop());
  const side = (n: number) => (n % 2 === 0 ? one : other);
  const freshTenant = async () => {
    const tenant = aTenant();
    await one.controlStore.createTenant(tenant, randomTenantKeys());
    return tenant.tenantId;
  };

  describe('accepted turns', () => {
    it('are reserved by one of those who reserve them, and everyone hears its instant', async () => {
      for (const _ of rounds) {
        const turns = Array.from({ length: 20 }, () => aReservation());
        const again = turns.map((turn) => ({ ...turn, recordedAt: nextRecordedAt() }));
        const [here, there] = await Promise.all([
          one.acceptedTurns.reserve(turns),
          other.acceptedTurns.reserve(again.toReversed()).then((answers) => answers.toReversed()),
        ]);
        turns.forEach((turn, i) => {
          const [mine, theirs] = [here[i], there[i]];
          const winner = mine?.state === 'reserved' ? turn : (again[i] as TurnReservation);
          expect([mine?.state, theirs?.state].sort()).toEqual(['repeat', 'reserved']);
          expect([mine, theirs]).toMatchObject([{ recordedAt: winner.recordedAt }, { recordedAt: winner.recordedAt }]);
        });
      }
    });

    it('are kept of one of two calls that differ in a turn, and none of the other', async () => {
      for (const _ of rounds) {
        const [shared, mine, theirs] = [aReservation(), aReservation(), aReservation()];
        const differing = { ...shared, fingerprint: 'e'.repeat(64) };
        const answers = await Promise.all([
          one.acceptedTurns.reserve([mine, shared]),
          other.acceptedTurns.reserve([differing, theirs]),
        ]);
        const states = [answers[0][1]?.state, answers[1][0]?.state];
        expect([...states].sort()).toEqual(['conflict', 'reserved']);
        const lost = states[0] === 'conflict' ? mine : theirs;
        expect((await one.acceptedTurns.reserve([lost]))[0]?.state).toBe('reserved');
      }
    });

    it('are forgotten once, whoever forgets them', async () => {
      const old = Array.from({ length: 200 }, (_, n) => aReservation({ recordedAt: n + 1 }));
      await one.acceptedTurns.reserve(old);
      let forgotten = 0;
      while (forgotten < old.length) {
        const counts = await Promise.all([one, other].map((side) => side.acceptedTurns.expire(1_000, 30)));
        const sum = counts.reduce((total, count) => total + count, 0);
        expect(sum).toBeGreaterThan(0);
        forgotten += sum;
      }
      expect(forgotten).toBe(old.length);
    });
  });

  describe('subjects', () => {
    it('that are admitted and fenced at once end fenced, or were not there yet', async () => {
      for (const _ of rounds) {
        const subject = aNewSubject();
        const { tenantId, subjectId } = subject;
        const fencing = other.subjectRegistry.fence(subjectRef(tenantId, subjectId)).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'not-found' });
          return undefined;
        });
        const [, fenced] = await Promise.all([one.subjectRegistry.admit([subject]), fencing]);
        const expected = fenced === undefined ? { epoch: 1, state: 'enrolled' } : { epoch: 2, state: 'fenced' };
        expect(await other.subjectRegistry.admit([{ ...subject, keyGeneration: 9 }])).toMatchObject([expected]);
      }
    });

    it('are fenced by one, and enrolled by one', async () => {
      for (const _ of rounds) {
        const subject = aNewSubject();
        const ref = subjectRef(subject.tenantId, subject.subjectId);
        await one.subjectRegistry.admit([subject]);
        const both = [one, other].map(({ subjectRegistry }) => subjectRegistry);
        const fenced = await Promise.allSettled(both.map((registry) => registry.fence(ref)));
        expect(codesOf(fenced)).toEqual(['done', 'subject-erased']);
        await Promise.all(both.map((registry) => registry.destroyKey(ref, 2)));
        const enrolled = await Promise.allSettled(both.map((registry) => registry.enrol(aNewSubject(subject))));
        expect(codesOf(enrolled)).toEqual(['conflict', 'done']);
        expect(await one.subjectRegistry.read(subject.tenantId, [subject.subjectId])).toMatchObject([{ epoch: 3 }]);
      }
    });

    it('are admitted in any order by many, each once', async () => {
      const tenantId = randomTenantId();
      const subjects = Array.from({ length: 40 }, () => aNewSubject({ tenantId }));
      const renewed = subjects.map((subject) => ({ ...subject, wrappedKey: Buffer.alloc(60, 7) }));
      const [here, there] = await Promise.all([
        one.subjectRegistry.admit(subjects),
        other.subjectRegistry.admit(renewed.toReversed()).then((rows) => rows.toReversed()),
      ]);
      expect(here).toEqual(there);
    });

    it('are not fenced past a hold that was set while the fence waited', async () => {
      const subject = aNewSubject();
      const ref = subjectRef(subject.tenantId, subject.subjectId);
      await one.subjectRegistry.admit([subject]);
      let fencing: Promise<unknown> = Promise.resolve();
      await databases[0].transaction(async (queries) => {
        const hold = { text: `UPDATE subjects SET legal_hold = 'case-1' WHERE subject_id = $1` };
        await queries.run(hold, subject.subjectId);
        fencing = other.subjectRegistry.fence(ref).catch((error: unknown) => error);
        await untilSomeoneWaits(databases[0]);
      });
      expect(await fencing).toMatchObject({ code: 'legal-hold' });
    });

    it('are shown with the key that an enrolment gave while the reader waited', async () => {
      const subject = aNewSubject();
      const ref = subjectRef(subject.tenantId, subject.subjectId);
      await one.subjectRegistry.admit([subject]);
      const key = Buffer.alloc(60, 9);
      let fencing: Promise<unknown> = Promise.resolve();
      await databases[0].transaction(async (queries) => {
        const touch = {
          text: 'UPDATE subjects SET key_generation = 5 WHERE subject_id = $1 RETURNING key_slot AS slot',
        };
        const row = await queries.get<{ readonly slot: number }>(touch, subject.subjectId);
        await queries.run({ text: 'UPDATE key_slots SET key = $2 WHERE slot = $1' }, row?.slot ?? 0, key);
        fencing = other.subjectRegistry.fence(ref);
        await untilSomeoneWaits(databases[0]);
      });
      expect(await fencing).toMatchObject({ epoch: 2, wrappedKey: key, keyGeneration: 5 });
    });
  });

  describe('organisation', () => {
    it('has an agent whole or not at all, and no key of one that was removed last', async () => {
      const tenantId = await freshTenant();
      const [agentId, departmentId, teamId] = ['bot' as AgentId, 'sales' as DepartmentId, 'west' as TeamId];
      const agent = { tenantId, agentId, departmentId, teamIds: [teamId] };
      for (const _ of rounds) {
        await one.controlStore.putAgent(agent);
        const key = anApiKey({ tenantId, agentId });
        await one.controlStore.createApiKey(key);
        await Promise.all([
          one.controlStore.putAgent(agent),
          other.organisationStore.removeAgent({ tenantId, agentId }, AT),
        ]);
        const found = await other.controlStore.findAgent(tenantId, agentId);
        if (found !== undefined) expect(found).toEqual(agent);
        expect((await one.controlStore.findApiKey(key.keyId))?.revokedAt).toBe(AT);
      }
    });

    it('has no agent in a department that was removed', async () => {
      const tenantId = await freshTenant();
      const departmentId = 'sales' as DepartmentId;
      for (const round of rounds) {
        await one.organisationStore.createDepartment({ tenantId, departmentId, createdAt: AT });
        const agent = { tenantId, agentId: `a${round}` as AgentId };
        await Promise.allSettled([
          one.organisationStore.createAgent({ ...agent, departmentId, teamIds: [] }),
          other.organisationStore.removeDepartment(tenantId, departmentId),
        ]);
        const found = await one.controlStore.findAgent(tenantId, agent.agentId);
        expect(await one.organisationStore.hasDepartment(tenantId, departmentId)).toBe(found !== undefined);
        if (found === undefined) continue;
        await one.organisationStore.moveAgent(agent, undefined);
        await one.organisationStore.removeDepartment(tenantId, departmentId);
      }
    });

    it('never has more than the limits, nor more issuers than theirs', async () => {
      const tenantId = await freshTenant();
      const limits = SMALL_ORGANISATION_LIMITS;
      const [here, there] = databases.map((database) => new PostgresOrganisationStore(database, limits)) as [
        PostgresOrganisationStore,
        PostgresOrganisationStore,
      ];
      const agents = Array.from({ length: limits.agentsMax + 6 }, (_, n) =>
        (n % 2 === 0 ? here : there).createAgent({ tenantId, agentId: `a${n}` as AgentId, teamIds: [] }),
      );
      const codes = codesOf(await Promise.allSettled(agents));
      expect(codes.filter((code) => code === 'limit-exceeded')).toHaveLength(6);
      expect(await here.listAgents(tenantId, { limit: 100 })).toHaveLength(limits.agentsMax);
      const issuers = Array.from({ length: 70 }, (_, n) =>
        side(n).issuerStore.allowIssuer({
          tenantId,
          issuer: `https://login.example/${n}`,
          rights: [],
          minTrust: 0,
          createdAt: AT,
        }),
      );
      expect(codesOf(await Promise.allSettled(issuers)).filter((code) => code === 'done')).toHaveLength(64);
    });
  });

  it('count together what is used: no addition is lost, none is seen twice', async () => {
    const [tenantId, day] = [randomTenantId(), '2026-03-14'];
    const uses = Array.from({ length: 100 }, (_, n) =>
      side(n).usageStore.addUsage([
        { tenantId, day, turns: 1, tokens: 10 },
        { tenantId: 'elsewhere' as TenantId, day, turns: 1, tokens: 1 },
      ]),
    );
    const totals = (await Promise.all(uses)).map((total) => total[0]?.turns ?? 0);
    expect(totals.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    expect(await one.usageStore.readUsage(tenantId, day)).toEqual({ turns: 100, tokens: 1_000 });
  });

  it('make a tenant, a key, an erasure and an audit once', async () => {
    for (const _ of rounds) {
      const tenant = aTenant();
      const keys = [randomTenantKeys(), randomTenantKeys()] as const;
      const making = [one, other].map((side, i) => side.controlStore.createTenant(tenant, keys[i as 0 | 1]));
      const made = await Promise.allSettled(making);
      expect(codesOf(made)).toEqual(['conflict', 'done']);
      const winner = keys[made[0]?.status === 'fulfilled' ? 0 : 1];
      expect(await one.controlStore.findTenant(tenant.tenantId)).toMatchObject(winner);
      const { tenantId } = tenant;
      const key = anApiKey({ tenantId });
      const twice = <T>(work: (side: typeof one, nth: number) => Promise<T>) =>
        Promise.allSettled([work(one, 0), work(other, 1)]).then(codesOf);
      const { subjectId } = aNewSubject();
      expect(await twice((side) => side.controlStore.createApiKey(key))).toEqual(['conflict', 'done']);
      const erasing = twice((side) => side.erasureJournal.begin(anErasure({ tenantId, subjectId })));
      expect(await erasing).toEqual(['conflict', 'done']);
      await one.auditJournal.beginAudit(anAudit({ tenantId, state: 'ready' }));
      expect(await twice((side) => side.auditJournal.beginAudit(anAudit({ tenantId })))).toEqual(['conflict', 'done']);
      expect(await one.auditJournal.listAudits(tenantId, 10)).toHaveLength(1);
    }
  });

  it('put one key of an erasure, and one webhook of a tenant', async () => {
    for (const _ of rounds) {
      const [erasureId, tenantId] = [randomUUID(), await freshTenant()];
      const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)] as const;
      await Promise.all([
        one.erasureJournal.putProbeKey(erasureId, keys[0]),
        other.erasureJournal.putProbeKey(erasureId, keys[1]),
      ]);
      expect(keys).toContainEqual(await one.erasureJournal.findProbeKey(erasureId));
      const webhooks = keys.map((wrappedKey, keyNumber) => {
        return { tenantId, url: `https://truth.example/${keyNumber}`, createdAt: AT, keyNumber, wrappedKey };
      });
      await Promise.all([
        one.webhookStore.putWebhook(webhooks[0] as (typeof webhooks)[number]),
        other.webhookStore.putWebhook(webhooks[1] as (typeof webhooks)[number]),
      ]);
      expect(webhooks).toContainEqual(await other.webhookStore.findWebhook(tenantId));
    }
  });
});

/** Resolves when a statement of these specs waits for a lock that somebody else holds. */
async function untilSomeoneWaits(database: Database): Promise<void> {
  const text = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'mneme-spec'`;
  while ((await database.get({ text })) === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
}
