import { describe, expect, it } from '@jest/globals';
import type { TenantId, SubjectId } from '@mneme/events';
import { dataKeysOf, DEFAULT_POLICY } from '@mneme/domain';
import { type LanguageModel, type ModelOutcome, type ModelSubject, NO_MODEL_ID } from '@mneme/ports';
import { askBySubject } from './ask-by-subject.js';
import { consumerLanguageModel, consumerSummarise } from './consumer-language-model.js';
import type { Keyring } from './keyring.js';
import { Metrics } from './metrics.js';

const KEYS = dataKeysOf(Buffer.alloc(32, 7));
const subject = (name: string): ModelSubject => ({
  tenantId: 'acme' as TenantId,
  subjectId: name.repeat(64) as SubjectId,
  epoch: 1,
  keys: KEYS,
});
const turn = { role: 'user', content: 'I live in Lisbon.' } as const;
const answeredSummary = { isAnswered: true, way: 'model', itemsRefused: 0, value: { sentences: [] } } as const;
const labels = [{ name: 'fact', meaning: '' }];

/** Answers when it is told to stop, as a server that hangs. */
const hanging = (reasons: unknown[]): LanguageModel => {
  const never = (signal?: AbortSignal) =>
    new Promise<never>((_, reject) =>
      signal?.addEventListener('abort', () => {
        reasons.push(signal.reason);
        reject(signal.reason as Error);
      }),
    );
  return {
    id: 'hanging@1',
    classify: (_request, signal) => never(signal),
    extract: (_request, signal) => never(signal),
    summarise: (_request, signal) => never(signal),
  };
};

describe('a language model as a consumer asks it', () => {
  it('is none where none is configured', () => {
    const model = { ...hanging([]), id: NO_MODEL_ID };
    expect(consumerLanguageModel(model, { timeoutMs: 1, metrics: new Metrics() })).toBeUndefined();
  });

  it('answers by rules when it hangs, says so, and tells the model that it was an outage', async () => {
    const metrics = new Metrics();
    const reasons: { code?: string }[] = [];
    const model = consumerLanguageModel(hanging(reasons), { timeoutMs: 5, metrics });
    const request = { subject: subject('a'), turns: [turn, turn] };
    const late = { isAnswered: true, way: 'rules', insteadOf: 'timed-out' };
    expect(await model?.classify({ ...request, labels })).toMatchObject([late, late]);
    expect(await model?.extract(request)).toMatchObject([late, late]);
    const summary = await model?.summarise({ ...request, style: 'extractive', sentencesMax: 2 });
    expect(summary).toMatchObject({ ...late, value: { sentences: [{ text: turn.content, contributors: [0] }] } });
    expect(reasons.map(({ code }) => code)).toEqual(['timeout', 'timeout', 'timeout']);
    expect(await metrics.text()).toContain('mneme_model_failures_total{task="classify",failure="timed-out"} 2');
  });

  it('ends with the signal and no answer', async () => {
    const model = consumerLanguageModel(hanging([]), { timeoutMs: 60_000, metrics: new Metrics() });
    const stop = new AbortController();
    const asked = model?.extract({ subject: subject('a'), turns: [turn] }, stop.signal);
    stop.abort(new Error('stopping'));
    await expect(asked).rejects.toThrow('stopping');
  });
});

describe('summaries as a consumer asks for them', () => {
  const request = { subject: subject('a'), turns: [turn], style: 'extractive', sentencesMax: 2 } as const;
  const summariser = { ...hanging([]), summarise: async () => answeredSummary } satisfies LanguageModel;
  const under = (models: object) => {
    const policy = { ...DEFAULT_POLICY, models: { ...DEFAULT_POLICY.models, ...models } };
    const keyring = { tenant: async () => ({ tenant: { policy } }) } as unknown as Pick<Keyring, 'tenant'>;
    return { timeoutMs: 5, metrics: new Metrics(), keyring };
  };

  it('are the model’s where the policy asks it anything, and a failure in time where it hangs', async () => {
    expect(await consumerSummarise(summariser, under({ extract: 'off' }))?.(request)).toBe(answeredSummary);
    expect(await consumerSummarise(hanging([]), under({}))?.(request)).toMatchObject({ failure: 'timed-out' });
    const off = under({ classify: 'off', extract: 'off' });
    expect(await consumerSummarise(summariser, off)?.(request)).toMatchObject({ failure: 'no-model' });
    expect(consumerSummarise({ ...summariser, id: NO_MODEL_ID }, under({}))).toBeUndefined();
  });
});

describe('asking by subject', () => {
  const { signal } = new AbortController();
  const answered = (value: string): ModelOutcome<string> => ({
    isAnswered: true,
    way: 'model',
    itemsRefused: 0,
    value,
  });

  it('never mixes users, keeps the order, and splits what is too much for one request', async () => {
    const names = ['a', 'b', 'a', 'c', ...Array<string>(70).fill('b'), 'a'];
    const questions = names.map((name, at) => ({ subject: subject(name), turn: { ...turn, content: `${name}${at}` } }));
    const sizes: number[] = [];
    const outcomes = await askBySubject(
      questions,
      async ({ subject: whose, turns }) => {
        sizes.push(turns.length);
        expect(turns.every(({ content }) => whose.subjectId.startsWith(content.charAt(0)))).toBe(true);
        return turns.map(({ content }) => answered(content));
      },
      { beginWithinMs: 10_000, signal },
    );
    expect(outcomes.map((one) => one?.isAnswered === true && one.value)).toEqual(
      names.map((name, at) => `${name}${at}`),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(32);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(names.length);
  });

  it('begins nothing when its time is over', async () => {
    let asked = 0;
    const ask = async () => [answered(String((asked += 1)))];
    const outcomes = await askBySubject([{ subject: subject('a'), turn }], ask, { beginWithinMs: 0, signal });
    expect([asked, outcomes]).toEqual([0, [undefined]]);
  });
});
