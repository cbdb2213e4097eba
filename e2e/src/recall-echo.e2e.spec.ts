import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

/** As often as one hallucination was found in the memories of a system that stored what it recalled. */
const TIMES = 668;
const BATCH = 100;
const CLAIM = 'The user prefers the night train to Graz and always takes the upper berth.';

describe('a recall that is stored again', () => {
  const directory = join(temporaryDirectory(), 'data');
  let service: Running;
  beforeAll(async () => {
    service = await startStandalone(directory);
  });
  afterAll(() => service.stop('SIGTERM'));

  const tell = async (userId: string, contents: readonly string[], role = 'assistant') => {
    const turn = { userId, session: 's1', role, speakerName: 'Bot', toolCalls: [] };
    const { token } = await service.agent.ingest.ingestTurns({
      turns: contents.map((content) => ({ ...turn, content })),
    });
    return token;
  };
  const recall = (userId: string, token: string) =>
    service.agent.retrieval.recall({
      question: 'Which train does the user prefer?',
      userId,
      filters: [],
      similarityMin: 0,
      waitFor: { token, timeoutMs: 30_000 },
    });
  const episodes = async (userId: string, token: string) => {
    const filters = [{ field: 'kind', op: 'in', values: ['episode'] }];
    const request = { userId, filters, pageSize: 200, waitFor: { token, timeoutMs: 30_000 } };
    return (await service.agent.retrieval.listMemories(request)).memories;
  };
  const heard = (recalls: number) =>
    eventually('the recall is heard by the write-filter', async () => {
      const { counters } = await service.operator.admin.getStatus({});
      return (counters.find(({ name }) => name === 'mneme_recalls_heard_total')?.value ?? 0) >= recalls;
    });

  it(`is one memory after ${TIMES} times`, async () => {
    const { hits, recallId } = await recall('ana', await tell('ana', [CLAIM]));
    expect(recallId).toMatch(/^[0-9a-f-]{36}$/);
    expect(hits.map(({ memory }) => memory?.text)).toContain(CLAIM);
    await heard(1);
    let token = '';
    for (let sent = 0; sent < TIMES; sent += BATCH) {
      token = await tell('ana', Array<string>(Math.min(BATCH, TIMES - sent)).fill(CLAIM));
    }
    expect((await episodes('ana', token)).map(({ text }) => text)).toEqual([CLAIM]);
  });

  it('is told from what nobody recalled, and from another user’s', async () => {
    const token = await tell('ben', [CLAIM, CLAIM]);
    expect(await episodes('ben', token)).toHaveLength(2);
  });

  it('is kept where the user states it anew', async () => {
    const stated = 'I prefer the morning train to Linz and I always take a window seat.';
    const { hits } = await recall('cleo', await tell('cleo', [stated], 'user'));
    expect(hits).not.toEqual([]);
    await heard(2);
    expect(await episodes('cleo', await tell('cleo', [stated, stated], 'assistant'))).toHaveLength(1);
    expect(await episodes('cleo', await tell('cleo', [stated], 'user'))).toHaveLength(2);
  });

  it('is still told after a restart', async () => {
    await service.stop('SIGTERM');
    service = await startStandalone(directory);
    const token = await tell('ana', [CLAIM, CLAIM, CLAIM]);
    expect((await episodes('ana', token)).map(({ text }) => text)).toEqual([CLAIM]);
  });
});
