import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { removeTemporaryDirectories, temporaryDirectory } from '@mneme/testing';
import { type Running, startStandalone } from './standalone-process.js';

removeTemporaryDirectories();

const ROUNDS = 20;
const BATCH_TURNS = 20;
const USERS = 5;

it(`loses and doubles no acknowledged turn, and brings none back that was retracted, in ${ROUNDS} rounds of kill -9`, async () => {
  const directory = join(temporaryDirectory(), 'data');
  const acknowledged = new Set<string>();
  const told: Retractions = { asked: new Set(), accepted: new Set(), token: '' };
  let token = '';
  for (let round = 0; round < ROUNDS; round += 1) {
    const service = await startStandalone(directory);
    const acknowledge = (turnIds: readonly string[], newest: string) => {
      for (const turnId of turnIds) acknowledged.add(turnId);
      token = newest;
    };
    const ingesting = ingestUntilItBreaks(service, round, { acknowledge, told });
    await sleep(150 + ((round * 37) % 200));
    await service.stop('SIGKILL');
    await ingesting;
  }
  const service = await startStandalone(directory);
  const settled = await service.agent.retrieval.listMemories({ filters: [], waitFor: { token: told.token } });
  expect(settled.freshness).not.toBe('behind');
  const kept = await keptTurnIds(service, token);
  expect(acknowledged.size).toBeGreaterThan(ROUNDS * BATCH_TURNS);
  expect(kept.length).toBe(new Set(kept).size);
  const wanted = [...acknowledged].filter((turnId) => !told.asked.has(turnId));
  expect(wanted.filter((turnId) => !kept.includes(turnId))).toEqual([]);
  expect(told.accepted.size).toBeGreaterThan(ROUNDS / 2);
  expect(kept.filter((turnId) => told.accepted.has(turnId))).toEqual([]);
  expect((await service.agent.admin.digest({})).equal).toBe(true);
  await service.stop('SIGTERM');
}, 300_000);

interface Retractions {
  /** Turns of which nobody knows whether their retraction was taken. */
  readonly asked: Set<string>;
  readonly accepted: Set<string>;
  token: string;
}

interface Heard {
  readonly acknowledge: (turnIds: readonly string[], token: string) => void;
  readonly told: Retractions;
}

async function ingestUntilItBreaks({ agent }: Running, round: number, { acknowledge, told }: Heard): Promise<void> {
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
      const [turnId = ''] = answer.turnIds;
      told.asked.add(turnId);
      told.token = (await agent.commands.retract({ userId: 'user-0', turnId })).token;
      told.accepted.add(turnId);
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
