import { afterEach, describe, expect, it } from '@jest/globals';
import { startStubService } from '../stub-service.js';
import { stubMemory } from '../stub-memory.js';
import type { Dataset } from './dataset.js';
import { runEvaluation } from './run-evaluation.js';
import { diaIdsOf } from './send-conversations.js';

const opened: { close(): void }[] = [];
afterEach(() => opened.splice(0).forEach((one) => one.close()));

const turn = (diaId: string, text: string) => ({
  diaId,
  speaker: 'Ana',
  text,
  session: 'S1',
  occurredAt: '2023-05-08T13:56:00Z',
});

const dataset: Dataset = {
  conversations: [
    { sampleId: 'c1', turns: [turn('D1:1', 'the red bicycle'), turn('D1:2', 'a green boat'), turn('D1:3', 'rain')] },
    { sampleId: 'c2', turns: Array.from({ length: 250 }, (_, i) => turn(`D1:${i}`, `stone ${i}`)) },
  ],
  questions: [
    { qid: 'q1', sampleId: 'c1', question: 'whose red bicycle?', category: 1, evidence: ['D1:1'] },
    { qid: 'q2', sampleId: 'c1', question: 'which green bicycle?', category: 2, evidence: ['D1:2', 'D1:3'] },
    { qid: 'q3', sampleId: 'c2', question: 'stone 249', category: 5, evidence: ['D1:249'] },
    { qid: 'q4', sampleId: 'c2', question: 'nothing', category: 1, evidence: [] },
  ],
};

async function run(keepAll: boolean) {
  const memory = stubMemory();
  const service = await startStubService(memory.handlers);
  opened.push(service);
  const progress: string[] = [];
  const { report, rankings } = await runEvaluation({
    address: service.address,
    operatorKey: 'mneme_op_key',
    dataset,
    keepAll,
    onProgress: (phase, done, total) => progress.push(`${phase} ${done}/${total}`),
  });
  return { memory, report, rankings, progress };
}

describe('runEvaluation', () => {
  it('sends each conversation as a user, and scores what comes back', async () => {
    const { memory, report, rankings, progress } = await run(false);
    expect(memory.turns).toHaveLength(253);
    expect(memory.turns[0]).toMatchObject({ userId: 'c1', session: 'S1', role: 'user', speakerName: 'Ana' });
    expect(report.turnsKept).toEqual({ kept: 253, total: 253, share: 1 });
    expect(report.evidenceTurnsKept).toEqual({ kept: 4, total: 4, share: 1 });
    expect(rankings.get('q1')).toEqual(['D1:1']);
    expect(rankings.get('q2')).toHaveLength(2);
    expect(rankings.get('q3')?.[0]).toBe('D1:249');
    expect(rankings.get('q4')).toEqual([]);
    expect(report.passes.map(({ name }) => name)).toEqual(['threshold off', 'default policy']);
    const [headline, , second] = report.passes[0]?.rows ?? [];
    expect(headline).toMatchObject({ category: '1-2', questions: 2, recallAt10: 0.75 });
    expect(second).toMatchObject({ category: '2', questions: 1, recallAt10: 0.5 });
    expect(report.passes[0]?.latency.samples).toBe(4);
    expect(progress.at(-1)).toBe('questions 8/8');
    expect(progress).toContain('turns 253/253');
    expect(memory.policies).toEqual([]);
  });

  it('sets keep-all by the policy of its tenant', async () => {
    const { memory, report } = await run(true);
    expect(memory.policies.map((policy) => JSON.parse(policy) as unknown)).toEqual([{ keepAll: true }]);
    expect(report.tenantId).toMatch(/^evaluation-[0-9a-f]{12}$/);
  });
});

describe('diaIdsOf', () => {
  it('counts a memory as every turn that it was derived from, each once', () => {
    const diaIds = new Map([
      ['t1', 'D1:1'],
      ['t2', 'D1:2'],
      ['t3', 'D1:3'],
    ]);
    const memories = [{ turnIds: ['t2', 't1'] }, { turnIds: ['t1', 'unknown'] }, { turnIds: ['t3'] }];
    expect(diaIdsOf(memories, diaIds)).toEqual(['D1:2', 'D1:1', 'D1:3']);
  });
});
