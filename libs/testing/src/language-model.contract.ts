import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { dataKeysOf, PREDICATES } from '@mneme/domain';
import {
  type LanguageModel,
  MODEL_LABELS_MAX,
  MODEL_SENTENCES_MAX,
  MODEL_TURNS_MAX,
  type ModelOutcome,
  type ModelSubject,
  type ModelTurn,
} from '@mneme/ports';
import { randomSubjectId, randomTenantId } from './builders.js';

const TURNS: readonly ModelTurn[] = [
  { role: 'user', speakerName: 'Ana', content: 'I live in Lisbon since March, with two cats.' },
  { role: 'assistant', content: 'Noted!' },
  { role: 'user', speakerName: 'Ana', content: 'We decided to ship the harbour project on Friday.' },
];
const LABELS = [
  { name: 'decision', meaning: 'something was settled' },
  { name: 'fact', meaning: 'something holds' },
];

/** A subject that no other test has. */
export function aModelSubject(): ModelSubject {
  const keys = dataKeysOf(randomBytes(32));
  return { tenantId: randomTenantId(), subjectId: randomSubjectId(), epoch: 1, keys };
}

/**
 * What every language model owes, for one that understands the three turns above: an outcome for each turn and in order,
 * nothing outside of the closed sets, nothing that the turn does not say, no time.
 */
export function languageModelContract(make: () => Promise<LanguageModel>): void {
  describe('LanguageModel', () => {
    it('has an id', async () => {
      expect((await make()).id).not.toBe('');
    });

    it('classifies each turn, with labels of the request in its order', async () => {
      const outcomes = await (await make()).classify({ subject: aModelSubject(), turns: TURNS, labels: LABELS });
      expect(outcomes.map((outcome) => valueOf(outcome).labels)).toEqual([['fact'], [], ['decision']]);
    });

    it('extracts facts in the words of their turn, without a time of its own', async () => {
      const outcomes = await (await make()).extract({ subject: aModelSubject(), turns: TURNS });
      const values = outcomes.map(valueOf);
      expect(values.map(({ by }) => by)).toEqual(['model', 'model', 'model']);
      expect(values.map(({ facts }) => facts.length)).toEqual([1, 0, 0]);
      const [fact] = values[0]?.facts ?? [];
      expect(fact).toMatchObject({
        subject: 'speaker',
        predicate: 'lives_in',
        object: { type: 'place', name: 'Lisbon' },
      });
      expect(fact).toMatchObject({ fromWords: 'since March' });
      expect(Object.keys(fact ?? {}).filter((key) => key.startsWith('valid'))).toEqual([]);
      expect(fact !== undefined && fact.predicate in PREDICATES).toBe(true);
    });

    it('says the same of a turn alone as among others', async () => {
      const model = await make();
      const subject = aModelSubject();
      const among = await model.extract({ subject, turns: TURNS });
      const alone = await model.extract({ subject: aModelSubject(), turns: TURNS.slice(0, 1) });
      expect(valueOf(alone[0])).toEqual(valueOf(among[0]));
    });

    it.each(['extractive', 'abstractive'] as const)(
      'makes an %s summary that names its contributors',
      async (style) => {
        const request = { subject: aModelSubject(), turns: TURNS, style, sentencesMax: 2 };
        const { sentences } = valueOf(await (await make()).summarise(request));
        expect(sentences.length).toBeGreaterThan(0);
        expect(sentences.length).toBeLessThanOrEqual(2);
        for (const { text, contributors } of sentences) {
          expect(text).not.toBe('');
          expect(contributors.length).toBeGreaterThan(0);
          for (const at of contributors) expect(TURNS[at]).toBeDefined();
          expect(contributors).toEqual([...new Set(contributors)].sort((a, b) => a - b));
          const said = contributors.map((at) => TURNS[at]?.content).join('\n');
          if (style === 'extractive') expect(said).toContain(text);
        }
      },
    );

    it('takes no turns', async () => {
      const model = await make();
      const request = { subject: aModelSubject(), turns: [] };
      expect(await model.classify({ ...request, labels: LABELS })).toEqual([]);
      expect(await model.extract(request)).toEqual([]);
      const summary = await model.summarise({ ...request, style: 'extractive', sentencesMax: 2 });
      expect(summary).toEqual({ isAnswered: false, failure: 'empty' });
    });

    it('refuses more than its limits, by name', async () => {
      const model = await make();
      const request = { subject: aModelSubject(), turns: TURNS.slice(0, 1) };
      const many = Array.from({ length: MODEL_TURNS_MAX + 1 }, () => TURNS[1] as ModelTurn);
      const labels = Array.from({ length: MODEL_LABELS_MAX + 1 }, (_, i) => ({ name: `l${i}`, meaning: 'm' }));
      const sentencesMax = MODEL_SENTENCES_MAX + 1;
      for (const [limit, asked] of [
        ['modelTurnsMax=200', model.extract({ ...request, turns: many })],
        ['modelLabelsMax=64', model.classify({ ...request, labels })],
        ['modelSentencesMax=50', model.summarise({ ...request, style: 'extractive', sentencesMax })],
      ] as const) {
        await expect(asked).rejects.toMatchObject({ code: 'limit-exceeded', detail: { limit } });
      }
    });

    it('stops when it is told to, with the reason it was given', async () => {
      const model = await make();
      const request = { subject: aModelSubject(), turns: TURNS };
      const signal = AbortSignal.abort(new Error('stopping'));
      await expect(model.classify({ ...request, labels: LABELS }, signal)).rejects.toThrow('stopping');
      await expect(model.extract(request, signal)).rejects.toThrow('stopping');
      const asked = model.summarise({ ...request, style: 'extractive', sentencesMax: 2 }, signal);
      await expect(asked).rejects.toThrow('stopping');
    });
  });
}

function valueOf<T>(outcome: ModelOutcome<T> | undefined): T {
  if (outcome?.isAnswered !== true) throw new Error(`no answer: ${outcome?.failure ?? 'no outcome'}`);
  return outcome.value;
}
