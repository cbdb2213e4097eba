import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const ROUNDS = 20;
const BATCH_TURNS = 20;
const USERS = 5;

it(`loses and doubles no acknowledged turn in ${ROUNDS} rounds of kill -9`, async () => {
  const directory = join(temporaryDirectory(), 'data');
  const acknowledged = new Set<string>();
  let token = '';
  for (let round = 0; round < ROUNDS; round += 1) {
    const service = await startStandalone(directory);
    const ingesting = ingestUntilItBreaks(service, round, (turnIds, newest) => {
      for (const turnId of turnIds) acknowledged.add(turnId);
      token = newest;
    });
    await sleep(150 + ((round * 37) % 200));
    await service.stop('SIGKILL');
    await ingesting;
  }
  const service = await startStandalone(directory);
  const kept = await keptTurnIds(service, token);
  expect(acknowledged.size).toBeGreaterThan(ROUNDS * BATCH_TURNS);
  expect(kept.length).toBe(new Set(kept).size);
  expect([...acknowledged].filter((turnId) => !kept.includes(turnId))).toEqual([]);
  expect((await service.agent.admin.digest({})).equal).toBe(true);
  await service.stop('SIGTERM');
}, 300_000);

async function ingestUntilItBreaks(
  { agent }: Running,
  round: number,
  acknowledge: (turnIds: readonly string[], token: string) => void,
): Promise<void> {
  for (let batch = 0; ; batch += 1) {
    const turns = Array.from({ length: BATCH_TURNS }, (_, i) => ({
      userId: `user-${i % USERS}`,
      session: 's',
      role: 'user',
      content: `round ${round} batch ${batch} turn ${i}`,
      toolCalls: [],
    }));
    try {
      const answer = await agent.ingest.ingestTurns({ turns });
      acknowledge(answer.turnIds, answer.token);
    } catch {
      return;
    }
  }
}

async function keptTurnIds({ agent }: Running, token: string): Promise<string[]> {
  const kept: string[] = [];
  for (let user = 0; user < USERS; user += 1) {
    let cursor: string | undefined;
    do {
      const waitFor = { token, timeoutMs: 30_000 };
      const request = { userId: `user-${user}`, filters: [], pageSize: 200, cursor, waitFor };
      const page = await agent.retrieval.listMemories(request);
      expect(page.freshness).toBe('current');
      kept.push(...page.memories.flatMap(({ turnIds }) => turnIds));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }
  return kept;
}
