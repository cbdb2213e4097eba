import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import type { Running } from './standalone-process.js';
import { startStandalone } from './standalone-process.js';
import {
  anotherTenant,
  auditEnded,
  changePolicy,
  ingested,
  memoriesOf,
  startAhead,
  turnOf,
  until,
} from './upkeep-world.js';

removeTemporaryDirectories();

const MINUTES_MS = 180_000;
const DAYS = 60;
const USERS = ['ana', 'bo', 'cy', 'dee'];
const notes = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    turnOf(USERS[i % USERS.length] ?? '', `We decided on supplier ${i} for part ${i * 7}.`),
  );
const confidencesOf = async (service: Running, userIds = USERS) =>
  (await Promise.all(userIds.map((userId) => memoriesOf(service, userId))))
    .flat()
    .filter(({ kind }) => kind === 'episode')
    .map(({ confidence }) => confidence);

describe('an audit of memories', () => {
  let services: Running[] = [];
  afterEach(async () => {
    for (const service of services) await service.stop('SIGTERM');
    services = [];
  });
  const begun = (service: Running) => {
    services.push(service);
    return service;
  };

  it(
    'counts first, then lowers each memory once, also when it is killed in the middle',
    async () => {
      const directory = join(temporaryDirectory(), 'data');
      const first = begun(await startStandalone(directory));
      await ingested(first, notes(400));
      const before = await confidencesOf(first);
      expect([...new Set(before)]).toEqual([0.9]);
      await first.stop('SIGTERM');

      let service = begun(await startAhead(directory, DAYS, { MNEME_MAINTENANCE_COMMANDS_PER_S: '150' }));
      await changePolicy(service, { maintenance: { review: { graceDays: null } } });
      const { auditId } = await service.agent.maintenance.startAudit({});
      const looked = await auditEnded(service, auditId, 'ready');
      const found = [{ kind: 'episode', action: 'lower', reason: 'never-recalled', count: before.length }];
      expect(looked.looked).toMatchObject({ memories: before.length, findings: found, given: 0 });
      expect(await confidencesOf(service)).toEqual(before);
      const examples = await service.agent.maintenance.listAuditFindings({ auditId });
      expect(examples.findings[0]).toMatchObject({ action: 'lower', confidence: 0.63 });
      expect(JSON.stringify(examples)).not.toContain('supplier');

      await service.agent.maintenance.runAudit({ auditId });
      await until('some are lowered', async () => (await confidencesOf(service)).includes(0.63));
      await service.stop('SIGKILL');
      service = begun(await startAhead(directory, DAYS, { MNEME_MAINTENANCE_COMMANDS_PER_S: '2000' }));
      const done = await auditEnded(service, auditId, 'done');
      expect(done.ran).toMatchObject({ memories: before.length, findings: found, given: before.length, refused: 0 });
      await until('all are lowered', async () => (await confidencesOf(service)).every((one) => one === 0.63));
      expect(await confidencesOf(service)).toHaveLength(before.length);
      expect((await service.agent.admin.digest({})).equal).toBe(true);

      // What was lowered is young again: the next audit leaves it alone, and running the old one again does nothing.
      expect((await service.agent.maintenance.runAudit({ auditId })).state).toBe('done');
      const next = await service.agent.maintenance.startAudit({});
      expect((await auditEnded(service, next.auditId, 'ready')).looked).toMatchObject({ findings: [] });
    },
    MINUTES_MS,
  );

  it(
    'keeps to its tenant, and brings nothing of a user back that is erased meanwhile',
    async () => {
      const directory = join(temporaryDirectory(), 'data');
      const first = begun(await startStandalone(directory, { MNEME_ERASURE_QUIET_PERIOD_MS: '500' }));
      const other = await anotherTenant(first, 'other');
      await ingested(first, notes(200));
      await ingested({ ...first, agent: other }, notes(40));
      other.close();
      const { secret } = await first.operator.admin.createKey({
        tenantId: 'other',
        agentId: 'reader',
        teamIds: [],
        rights: ['recall', 'on-behalf-of', 'admin'],
      });
      await first.stop('SIGTERM');

      const env = { MNEME_MAINTENANCE_COMMANDS_PER_S: '100', MNEME_ERASURE_QUIET_PERIOD_MS: '500' };
      const service = begun(await startAhead(directory, DAYS, env));
      const { connect } = await import('@mneme/client');
      const reader = connect({ address: service.grpc, apiKey: secret });
      const theirs = { ...service, agent: reader };
      const before = await confidencesOf(theirs);
      await changePolicy(service, {
        maintenance: { audit: { episode: { action: 'remove' } }, review: { graceDays: null } },
      });
      const { auditId } = await service.agent.maintenance.startAudit({});
      await auditEnded(service, auditId, 'ready');
      await expect(reader.maintenance.getAudit({ auditId })).rejects.toMatchObject({ code: 'not-found' });
      await expect(reader.maintenance.runAudit({ auditId })).rejects.toMatchObject({ code: 'not-found' });
      await expect(reader.maintenance.startAudit({ tenantId: 'development' })).rejects.toMatchObject({
        code: 'forbidden',
      });

      await service.agent.maintenance.runAudit({ auditId });
      const { erasureId } = await service.agent.erasure.eraseUser({ userId: 'ana', legalBasis: 'gdpr-17' });
      await auditEnded(service, auditId, 'done');
      await until('the erasure ends', async () => (await service.agent.erasure.getErasure({ erasureId })).done);
      expect(await service.agent.erasure.getErasure({ erasureId })).toMatchObject({ verdict: 'clean' });
      await until(
        'what was audited is gone',
        async () => (await confidencesOf(service, ['bo', 'cy', 'dee'])).length === 0,
      );
      expect((await service.agent.admin.digest({})).equal).toBe(true);
      expect(await confidencesOf(theirs)).toEqual(before);
      expect((await reader.admin.digest({})).equal).toBe(true);
      reader.close();
    },
    MINUTES_MS,
  );

  it(
    'merges what is told twice into the better one, and keeps what only looks alike',
    async () => {
      const service = begun(await startStandalone(join(temporaryDirectory(), 'data')));
      const said = [
        'I prefer the early train to Porto because it is quiet.',
        'I prefer the early train to Porto, because it is quiet!',
        "I prefer the early train to Porto because it's quiet.",
        'I do not prefer the early train to Porto because it is quiet.',
        'The budget for the kitchen is 4000 euros this year.',
        'The budget for the kitchen is 5000 euros this year.',
      ];
      await ingested(
        service,
        said.map((content) => turnOf('ana', content)),
      );
      await ingested(service, [turnOf('bo', said[0] ?? '')]);
      const { auditId } = await service.agent.maintenance.startAudit({ aim: 'duplicates' });
      const ready = await auditEnded(service, auditId, 'ready');
      expect(ready.looked?.findings).toEqual([{ kind: 'episode', action: 'merge', reason: 'duplicate', count: 2 }]);
      const { findings } = await service.agent.maintenance.listAuditFindings({ auditId });
      expect(new Set(findings.map(({ mergedInto }) => mergedInto)).size).toBe(1);
      expect((await service.agent.maintenance.getJunk({})).duplicates).toBe(2);
      await service.agent.maintenance.runAudit({ auditId });
      await auditEnded(service, auditId, 'done');
      const episodes = async () => (await memoriesOf(service, 'ana')).filter(({ kind }) => kind === 'episode');
      await until('they are merged', async () => (await episodes()).length === 4);
      const kept = (await episodes()).map(({ text }) => text);
      expect(kept).toEqual(expect.arrayContaining([said[3], said[4], said[5]]));
      // Of equals the newest stays, and whom nobody else's memory touches keeps its own.
      expect(kept).toContain(said[2]);
      expect(await memoriesOf(service, 'bo')).not.toEqual([]);
      expect((await service.agent.admin.digest({})).equal).toBe(true);
    },
    MINUTES_MS,
  );
});
