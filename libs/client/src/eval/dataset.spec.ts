import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDataset } from './dataset.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mneme-dataset-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const turn = (diaId: string, more: object = {}) => ({
  sample_id: 'c1',
  dia_id: diaId,
  speaker: 'Ana',
  text: 'hello',
  session: 1,
  date_time: '2023-05-08T13:56:00',
  ...more,
});
const question = (qid: string, more: object = {}) => ({
  qid,
  sample_id: 'c1',
  question: 'who?',
  category: 1,
  ...more,
});

function write(files: { turns?: unknown[]; questions?: unknown[]; evidence?: unknown[] }): void {
  const all = { turns: [turn('D1:1')], questions: [question('q1')], evidence: [], ...files };
  for (const [name, rows] of Object.entries(all)) {
    writeFileSync(join(directory, `${name}.jsonl`), rows.map((row) => JSON.stringify(row)).join('\n'));
  }
}

const read = () => readDataset(directory);

describe('readDataset', () => {
  it('groups turns by conversation, in order, with their times in UTC', async () => {
    write({
      turns: [
        turn('D1:1'),
        turn('D1:1', { sample_id: 'c2' }),
        turn('D2:1', { session: 2, date_time: '2023-05-09T08:00:00+02:00' }),
      ],
      questions: [question('q1'), question('q2')],
      evidence: [{ qid: 'q1', evidence: ['D2:1', 'D2:1'], raw: [] }],
    });
    const { conversations, questions } = await read();
    expect(conversations.map(({ sampleId, turns }) => [sampleId, turns.length])).toEqual([
      ['c1', 2],
      ['c2', 1],
    ]);
    expect(conversations[0]?.turns).toEqual([
      { diaId: 'D1:1', speaker: 'Ana', text: 'hello', session: 'S1', occurredAt: '2023-05-08T13:56:00Z' },
      { diaId: 'D2:1', speaker: 'Ana', text: 'hello', session: 'S2', occurredAt: '2023-05-09T08:00:00+02:00' },
    ]);
    expect(questions.map(({ qid, evidence }) => [qid, evidence])).toEqual([
      ['q1', ['D2:1']],
      ['q2', []],
    ]);
  });

  it.each([
    [
      'a missing field',
      { turns: [turn('D1:1'), turn('D1:2', { speaker: undefined })] },
      /turns\.jsonl, line 2: `speaker`/,
    ],
    ['a wrong time', { turns: [turn('D1:1', { date_time: 'May 8th' })] }, /line 1: `date_time` .*is not a time/],
    ['a day that does not exist', { turns: [turn('D1:1', { date_time: '2023-19-08T13:56:00' })] }, /no day/],
    ['a turn that is there twice', { turns: [turn('D1:1'), turn('D1:1')] }, /twice/],
    ['a question that is there twice', { questions: [question('q1'), question('q1')] }, /twice/],
    ['a category that is none', { questions: [question('q1', { category: 0 })] }, /`category`/],
    ['a question of nobody', { questions: [question('q1', { sample_id: 'c9' })] }, /without turns/],
    ['evidence that is no turn', { evidence: [{ qid: 'q1', evidence: ['D9:9'] }] }, /D9:9, which is no turn/],
    ['evidence for no question', { evidence: [{ qid: 'q9', evidence: [] }] }, /q9, which is no question/],
    ['no turns', { turns: [] }, /has no turns/],
    ['no questions', { questions: [] }, /has no questions/],
  ])('refuses %s', async (_what, files, message) => {
    write(files);
    await expect(read()).rejects.toThrow(message);
  });

  it('names a file that is missing', async () => {
    await expect(read()).rejects.toMatchObject({ code: 'not-found' });
  });
});
