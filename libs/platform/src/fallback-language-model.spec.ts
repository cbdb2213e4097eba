import { describe, expect, it } from '@jest/globals';
import type { LanguageModel, ModelFailure, ModelOutcome, ModelRequest, ModelSubject } from '@mneme/ports';
import { FallbackLanguageModel, type LanguageRules } from './fallback-language-model.js';

const answered = <T>(value: T): ModelOutcome<T> => ({ isAnswered: true, way: 'model', itemsRefused: 1, value });
const failed = (failure: ModelFailure) => ({ isAnswered: false, failure }) as const;

/** Answers turns that say `good`, and fails at the others. */
const moody: LanguageModel = {
  id: 'moody@1',
  classify: async ({ turns }) =>
    turns.map(({ content }) => (content === 'good' ? answered({ labels: ['fact'] }) : failed('truncated'))),
  extract: async ({ turns }) =>
    turns.map(({ content }) => (content === 'good' ? answered({ by: 'model', facts: [] }) : failed('circuit-open'))),
  summarise: async () => failed('over-budget'),
};
const rules: LanguageRules = {
  classify: ({ content }, labels) => ({ labels: [content, labels[0]?.name ?? ''] }),
  extract: () => ({ by: 'rules', facts: [] }),
  summarise: ({ turns }) => ({ sentences: [{ text: turns[0]?.content ?? '', contributors: [0] }] }),
};
const request: ModelRequest = {
  subject: {} as ModelSubject,
  turns: ['good', 'bad'].map((content) => ({ role: 'user', content })),
};
const model = new FallbackLanguageModel(moody, rules);

describe('FallbackLanguageModel', () => {
  it('keeps what the model answered, and says why it did not', async () => {
    const labels = [{ name: 'plan', meaning: 'm' }];
    const [good, bad] = await model.classify({ ...request, labels });
    expect(good).toEqual(answered({ labels: ['fact'] }));
    const byRules = { isAnswered: true, way: 'rules', itemsRefused: 0 };
    expect(bad).toEqual({ ...byRules, value: { labels: ['bad', 'plan'] }, insteadOf: 'truncated' });
    expect((await model.extract(request)).map((outcome) => outcome.isAnswered && outcome.way)).toEqual([
      'model',
      'rules',
    ]);
    expect(await model.summarise({ ...request, style: 'extractive', sentencesMax: 1 })).toEqual({
      ...byRules,
      value: { sentences: [{ text: 'good', contributors: [0] }] },
      insteadOf: 'over-budget',
    });
  });

  it('answers every turn, also those that the model forgot', async () => {
    const forgetful = new FallbackLanguageModel({ ...moody, extract: async () => [] }, rules);
    const outcomes = await forgetful.extract(request);
    expect(outcomes.map((outcome) => outcome.isAnswered && outcome.insteadOf)).toEqual(['wrong-form', 'wrong-form']);
  });

  it('does not hide that it was told to stop, or a request over a limit', async () => {
    const stopped = new FallbackLanguageModel(
      { ...moody, extract: () => Promise.reject(new Error('stopping')) },
      rules,
    );
    await expect(stopped.extract(request)).rejects.toThrow('stopping');
  });
});
