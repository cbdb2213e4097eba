import { describe, expect, it } from '@jest/globals';
import { Logger, Metrics } from '@mneme/platform';
import type { LanguageModel, ModelRequest, ModelSubject } from '@mneme/ports';
import { countedLanguageModel, openLanguageModel } from './open-language-model.js';

const request: ModelRequest = {
  subject: {} as ModelSubject,
  turns: ['a', 'b', 'c'].map((content) => ({ role: 'user', content })),
};
const NO_MODEL = { isAnswered: false, failure: 'no-model' };

describe('without a language model', () => {
  it('every outcome is no-model', async () => {
    const keyring = { tenant: () => Promise.reject(new Error('not asked')) };
    const parts = { clock: { nowMs: () => 0 }, metrics: new Metrics(), logger: new Logger('silent'), keyring };
    const model = await openLanguageModel({ engine: 'none' }, parts);
    expect(await model.classify({ ...request, labels: [] })).toEqual([NO_MODEL, NO_MODEL, NO_MODEL]);
    expect(await model.extract(request)).toEqual([NO_MODEL, NO_MODEL, NO_MODEL]);
    expect(await model.summarise({ ...request, style: 'extractive', sentencesMax: 1 })).toEqual(NO_MODEL);
  });
});

describe('a counted language model', () => {
  it('counts each outcome by task, way and failure, and changes none', async () => {
    const metrics = new Metrics();
    const outcomes = [
      { isAnswered: true, way: 'model', itemsRefused: 2, value: { by: 'model', facts: [] } },
      { isAnswered: true, way: 'cache', itemsRefused: 0, value: { by: 'model', facts: [] } },
      { isAnswered: false, failure: 'truncated' },
    ] as const;
    const summary = { isAnswered: false, failure: 'over-budget' } as const;
    const classified = [{ isAnswered: true, way: 'model', itemsRefused: 0, value: { labels: [] } }] as const;
    const given: LanguageModel = {
      id: 'm',
      classify: async () => classified,
      extract: async () => outcomes,
      summarise: async () => summary,
    };
    const model = countedLanguageModel(given, metrics);
    expect(await model.extract(request)).toBe(outcomes);
    expect(await model.classify({ ...request, labels: [] })).toBe(classified);
    expect(await model.summarise({ ...request, style: 'extractive', sentencesMax: 1 })).toBe(summary);
    const text = await metrics.text();
    for (const line of [
      'mneme_model_answers_total{task="extract",way="model"} 1',
      'mneme_model_answers_total{task="extract",way="cache"} 1',
      'mneme_model_answers_total{task="classify",way="model"} 1',
      'mneme_model_items_refused_total{task="extract"} 2',
      'mneme_model_failures_total{task="extract",failure="truncated"} 1',
      'mneme_model_failures_total{task="summarise",failure="over-budget"} 1',
    ]) {
      expect(text).toContain(line);
    }
  });
});
