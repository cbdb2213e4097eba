import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  answerJson,
  removeTemporaryDirectories,
  temporaryDirectory,
  type WebhookAnswer,
  WebhookServer,
} from '@mneme/testing';
import { mneme } from './mneme-command.js';
import type { Running } from './standalone-process.js';
import { startStandalone } from './standalone-process.js';
import { StoreFile } from './store-file.js';
import { changePolicy, ingested, memoriesOf, startAhead, turnOf, until } from './upkeep-world.js';

removeTemporaryDirectories();

const MINUTES_MS = 180_000;
const HOUSE = { MNEME_HOUSEKEEPING_MS: '1000', MNEME_MAINTENANCE_COMMANDS_PER_S: '2000' };
const HOOK = {
  MNEME_WEBHOOK_HTTP: 'on',
  MNEME_WEBHOOK_PRIVATE: 'on',
  MNEME_WEBHOOK_EVERY_MS: '100',
  MNEME_WEBHOOK_TIMEOUT_MS: '300',
};

describe('upkeep', () => {
  const services: Running[] = [];
  const servers: WebhookServer[] = [];
  afterEach(async () => {
    for (const service of services.splice(0)) await service.stop('SIGTERM');
    for (const server of servers.splice(0)) await server.close();
  });
  const begun = (service: Running) => {
    services.push(service);
    return service;
  };
  const episodesOf = async (service: Running) =>
    (await memoriesOf(service, 'ana')).filter(({ kind }) => kind === 'episode');

  it(
    'takes away for good what has expired, and keeps the facts that were made of it',
    async () => {
      const directory = join(temporaryDirectory(), 'data');
      const first = begun(await startStandalone(directory));
      await ingested(first, [turnOf('ana', 'I live in Lisbon.', { speakerName: 'Ana' })]);
      await ingested(first, [turnOf('ana', 'I prefer green tea.', { speakerName: 'Ana' })]);
      const facts = (await memoriesOf(first, 'ana')).filter(({ kind }) => kind === 'fact');
      expect(facts.length).toBeGreaterThan(0);
      await first.stop('SIGTERM');

      const service = begun(await startAhead(directory, 100, HOUSE));
      const recordsOf = async () => {
        const { equal, stores } = await service.agent.admin.digest({});
        return { equal, catalogue: stores.find(({ store }) => store === 'catalogue')?.storeRecords };
      };
      await until('only the facts are left', async () => (await recordsOf()).catalogue === facts.length);
      expect(await recordsOf()).toMatchObject({ equal: true });
      expect((await memoriesOf(service, 'ana')).map(({ kind }) => kind)).toEqual(facts.map(() => 'fact'));
    },
    MINUTES_MS,
  );

  it(
    'lists what is due for review, and lowers it once when nobody reviews it',
    async () => {
      const directory = join(temporaryDirectory(), 'data');
      const first = begun(await startStandalone(directory));
      await ingested(
        first,
        ['I prefer green tea.', 'I decided to sell the boat.'].map((text) => turnOf('ana', text)),
      );
      await first.stop('SIGTERM');
      const service = begun(await startAhead(directory, 70, { ...HOUSE, MNEME_HOUSEKEEPING_MS: '86400000' }));
      const due = await service.agent.maintenance.listDueReviews({ pageSize: 1 });
      expect(due.reviews).toHaveLength(1);
      const next = await service.agent.maintenance.listDueReviews({ pageSize: 1, cursor: due.nextCursor });
      expect(next.reviews.map(({ memoryId }) => memoryId)).not.toEqual(due.reviews.map(({ memoryId }) => memoryId));
      expect(JSON.stringify([due, next])).not.toMatch(/tea|boat|ana/);
      await expect(service.agent.maintenance.listDueReviews({ cursor: 'x' })).rejects.toMatchObject({
        code: 'invalid-input',
        detail: { field: 'cursor' },
      });
      await expect(service.agent.maintenance.listDueReviews({ pageSize: 201 })).rejects.toMatchObject({
        code: 'limit-exceeded',
        detail: { limit: 'pageSizeMax=200' },
      });
      await changePolicy(service, { maintenance: { review: { graceDays: 5 } } });
      await service.stop('SIGTERM');
      const later = begun(await startAhead(directory, 70, HOUSE));
      await until('both are lowered', async () =>
        (await episodesOf(later)).every(({ confidence }) => confidence === 0.72),
      );
      const [before] = await episodesOf(later);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect((await episodesOf(later))[0]).toEqual(before);
    },
    MINUTES_MS,
  );

  describe('of critical memories that were recalled', () => {
    /** A user with one critical memory that was recalled after its review was due, and where it is verified. */
    async function due(answer: WebhookAnswer, text = 'I prefer green tea.') {
      const directory = join(temporaryDirectory(), 'data');
      const first = begun(await startStandalone(directory));
      await changePolicy(first, { maintenance: { critical: { flags: ['preference'] }, review: { graceDays: null } } });
      await ingested(first, [turnOf('ana', text)]);
      await first.stop('SIGTERM');
      const store = new StoreFile(directory);
      // As a recall after the review was due is counted.
      store.run('UPDATE catalogue SET access_count = 1, last_access_ms = ?', Date.now() + 65 * 86_400_000);
      store.close();
      const server = await WebhookServer.start(answer);
      servers.push(server);
      const service = begun(await startAhead(directory, 66, HOOK));
      const { key } = await service.agent.maintenance.setWebhook({ url: server.url });
      return { service, server, key, directory };
    }
    const requestId = (body: string) => (JSON.parse(body) as { requestId: string }).requestId;
    /** Requests about episodes; the facts of a critical one are asked about too. */
    const episodesAsked = ({ seen }: WebhookServer) => seen.filter(({ body }) => body.includes('"kind":"episode"'));

    it(
      'confirms what the source confirms, signed and without text',
      async () => {
        const { service, server, key } = await due(({ body }, response) =>
          answerJson(response, { requestId: requestId(body), decision: 'confirm' }),
        );
        await until(
          'it was confirmed',
          async () => (await service.agent.maintenance.listDueReviews({})).reviews.length === 0,
        );
        const [seen] = episodesAsked(server);
        expect(new Set(server.seen.map(({ body }) => requestId(body))).size).toBe(server.seen.length);
        const { 'mneme-timestamp': at, 'mneme-signature': signature, 'mneme-key': keyNumber } = seen?.headers ?? {};
        const hmac = createHmac('sha256', key)
          .update(`${String(at)}.${seen?.body ?? ''}`)
          .digest('hex');
        expect([signature, keyNumber]).toEqual([`v1=${hmac}`, '1']);
        expect(seen?.body).not.toMatch(/tea|ana/);
        expect(JSON.parse(seen?.body ?? '')).toMatchObject({ type: 'memory-verification', v: 1, kind: 'episode' });
        expect((await service.agent.admin.digest({})).equal).toBe(true);
      },
      MINUTES_MS,
    );

    it(
      'corrects and retires by its word, and sends text where the policy says so',
      async () => {
        const { service, server } = await due(({ body }, response) =>
          answerJson(response, { requestId: requestId(body), decision: 'correct', text: 'Ana prefers black tea.' }),
        );
        await until('it was corrected', async () => (await episodesOf(service))[0]?.text === 'Ana prefers black tea.');
        expect(episodesAsked(server)).toHaveLength(1);
        const retiring = await due(({ body }, response) =>
          answerJson(response, { requestId: requestId(body), decision: 'retire' }),
        );
        await changePolicy(retiring.service, { maintenance: { verification: { sendsText: true } } });
        await until('it is gone', async () => (await episodesOf(retiring.service)).length === 0);
      },
      MINUTES_MS,
    );

    it.each<[string, WebhookAnswer]>([
      ['hangs', () => undefined],
      [
        'answers for another request',
        (_request, response) => answerJson(response, { requestId: 'x', decision: 'retire' }),
      ],
      ['answers no JSON', (_request, response) => void response.end('<html>')],
      ['answers too much', (_request, response) => void response.end('x'.repeat(1_000_000))],
      [
        'points elsewhere',
        (_request, response) => void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
      ],
    ])(
      'survives a source that %s, and changes nothing',
      async (_, answer) => {
        const { service, server } = await due(answer);
        await until('it was asked', async () => server.seen.length > 0);
        const counted = async () =>
          (await service.operator.admin.getStatus({})).counters.some(
            ({ name }) => name === 'mneme_webhook_requests_total',
          );
        await until('it was counted', counted);
        expect(await episodesOf(service)).toMatchObject([{ text: 'I prefer green tea.', importance: 'critical' }]);
        await ingested(service, [turnOf('ana', 'I decided to sell the boat.')]);
        expect(await episodesOf(service)).toHaveLength(2);
      },
      MINUTES_MS,
    );

    it(
      'calls no private address unless the operator allows it',
      async () => {
        const service = begun(await startStandalone(join(temporaryDirectory(), 'data')));
        for (const url of ['https://127.0.0.1/', 'https://169.254.169.254/', 'http://truth.example/']) {
          await expect(service.agent.maintenance.setWebhook({ url })).rejects.toMatchObject({
            code: 'invalid-input',
            detail: { field: 'url' },
          });
        }
        const { key, webhook } = await service.agent.maintenance.setWebhook({ url: 'https://truth.example/' });
        const rotated = await service.agent.maintenance.rotateWebhookKey({});
        expect(rotated.key).not.toBe(key);
        expect(rotated.webhook?.keyNumber).toBe((webhook?.keyNumber ?? 0) + 1);
        expect(JSON.stringify(await service.agent.maintenance.getWebhook({}))).not.toContain(rotated.key);
        expect(await service.agent.maintenance.removeWebhook({})).toEqual({ removed: true });
        await expect(service.agent.maintenance.getWebhook({})).rejects.toMatchObject({ code: 'not-found' });
      },
      MINUTES_MS,
    );
  });

  it(
    'is looked at on the command line',
    async () => {
      const directory = join(temporaryDirectory(), 'data');
      const service = begun(await startStandalone(directory));
      await ingested(service, [turnOf('ana', 'I prefer green tea.'), turnOf('ana', 'Hi, how are you?')]);
      const doctor = await mneme(directory, ['doctor', '--json']);
      expect(JSON.parse(doctor.out)).toMatchObject({
        checks: expect.arrayContaining([expect.objectContaining({ name: 'clock', state: 'ok' })]),
      });
      expect(JSON.parse((await mneme(directory, ['junk', '--json'])).out)).toMatchObject({
        neverRecalled: (await memoriesOf(service, 'ana')).length,
        dropped: [{ count: 1 }],
      });
      const audit = await mneme(directory, ['audit-memories', '--dry-run']);
      expect(audit.out).toContain('nothing found');
      await service.stop('SIGTERM');
      const gone = await mneme(directory, ['doctor']);
      expect(gone.exitCode).toBe(1);
    },
    MINUTES_MS,
  );
});
