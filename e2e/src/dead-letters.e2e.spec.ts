import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseSync } from '@photostructure/sqlite';
import { eventually, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { mneme } from './mneme-command.js';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const directory = join(temporaryDirectory(), 'data');
const POISON = 'poison that must not be shown';
let service: Running;

beforeAll(async () => {
  service = await startStandalone(directory);
  const turn = { session: 's', role: 'user', content: 'I live in Lisbon.', toolCalls: [] };
  await service.agent.ingest.ingestTurns({ turns: [{ ...turn, userId: 'ana' }] });
  await service.stop('SIGTERM');
  const log = new DatabaseSync(join(directory, 'log.db'));
  log
    .prepare(
      `INSERT INTO "mneme.turns.v1/1" (offset, key, value, appended_at_ms)
        SELECT coalesce(max(offset), -1) + 1, ?, ?, ? FROM "mneme.turns.v1/1"`,
    )
    .run('poison', POISON, Date.now());
  log.close();
  service = await startStandalone(directory);
});
afterAll(() => service.stop('SIGTERM'));

async function lines(...words: string[]): Promise<string> {
  const { out, err, exitCode } = await mneme(directory, words);
  expect([exitCode, err]).toEqual([0, '']);
  return out;
}

async function linesWith(pattern: RegExp, ...words: string[]): Promise<string> {
  let last = '';
  await eventually(`${words.join(' ')}: ${pattern}`, async () => pattern.test((last = await lines(...words))));
  return last;
}

describe('what the operator is shown of the log', () => {
  it('has each topic with its retention, and each group with its lag', async () => {
    const topics = await lines('topics');
    expect(topics).toMatch(/mneme\.turns\.v1 +delete 72 h +4 +\d/);
    expect(topics).toMatch(/mneme\.erasures\.v1 +keep +4 +0/);
    const lag = await linesWith(/write-filter +mneme\.turns\.v1 +0 +0\.0/, 'lag');
    expect(lag).toContain('graph-extractor');
    expect((await lines('lag', '--partitions')).match(/write-filter +mneme\.turns\.v1\/\d/g)).toHaveLength(4);
  });

  it('names a record that could not be applied, without a word of it; redriven it is met again', async () => {
    const list = await linesWith(/write-filter/, 'dead-letters', 'list');
    const [, id, record] = /(1-\d+) +write-filter +(mneme\.turns\.v1\/1@\d+) +corrupt/.exec(list) ?? [];
    expect(record).toBeDefined();
    const everything = await lines('dead-letters', 'list', '--json');
    expect(everything).not.toContain('must not be shown');
    expect(everything).not.toContain(Buffer.from(POISON).toString('base64'));
    expect(await lines('dead-letters', 'redrive', '--group', 'write-filter')).toContain('redriven 1 dead letter');
    const again = await linesWith(/write-filter/, 'dead-letters', 'list');
    expect(again).not.toContain(`${record} `);
    const marked = new RegExp(`^${id} .* by [0-9a-f]+`, 'm');
    expect(await lines('dead-letters', 'list', '--all')).toMatch(marked);
  });

  it('is told to Prometheus, by group', async () => {
    const text = await (await fetch(`${service.http}/metrics`)).text();
    expect(text).toMatch(/^mneme_group_lag_seconds\{group="write-filter"\} \d/m);
    expect(text).toMatch(/^mneme_group_lag_records\{group="embedder"\} \d/m);
  });

  it('is the operator’s alone', async () => {
    await expect(service.agent.operations.getLag({})).rejects.toMatchObject({ code: 'forbidden' });
    const all = { withRedriven: true };
    await expect(service.agent.operations.listDeadLetters(all)).rejects.toMatchObject({ code: 'forbidden' });
  });
});
