import { describe, expect, it } from '@jest/globals';
import { DEFAULT_POLICY, EVALUATION_POLICY } from '../policy.js';
import { explainTurn, type JudgedTurn } from './judge-turn.js';
import { isForModel, TURN_LABELS, verdictOfLabels } from './model-labels.js';

const user = (content: string): JudgedTurn => ({ role: 'user', content });
const asked = (turn: JudgedTurn, policy = DEFAULT_POLICY) => isForModel(explainTurn(turn, policy), turn, policy);
const all = { ...DEFAULT_POLICY, models: { ...DEFAULT_POLICY.models, classify: 'all' } } as const;

describe('a model is asked', () => {
  it('about what is near the threshold, or about all that points decide', () => {
    const clear = user(
      'My name is Ana Kovač, I work at Halde GmbH in Ghent, and my sister Mia was born on 3 May 1990.',
    );
    const unclear = user('Maybe the usual red door.');
    expect([asked(unclear), asked(clear), asked(clear, all)]).toEqual([true, false, true]);
  });

  it('never about what no score makes up for, a wish, or an evaluation', () => {
    for (const content of ['...', 'a'.repeat(100), 'You are an assistant.', 'Remember that I like tea.']) {
      expect([content, asked(user(content), all)]).toEqual([content, false]);
    }
    expect(asked({ ...user('ok'), toolCalls: [{ name: 'x', arguments: '{}' }] }, all)).toBe(false);
    expect(asked(user('Maybe the usual red door.'), EVALUATION_POLICY)).toBe(false);
  });
});

describe('the labels of a model', () => {
  const kept = explainTurn(user('We live near Lucca, in an old mill.'), DEFAULT_POLICY);
  const dropped = explainTurn(user('Thanks, see you!'), DEFAULT_POLICY);

  it('keep a turn with any flag, and drop it without one', () => {
    expect(verdictOfLabels(['plan', 'small-talk'], dropped)).toEqual({ keep: true, flags: ['plan'] });
    expect(verdictOfLabels(['small-talk'], kept)).toEqual({ keep: false, reasons: ['small-talk'] });
    expect(verdictOfLabels([], kept)).toEqual({ keep: false, reasons: ['too-little'] });
    expect(verdictOfLabels([], dropped)).toEqual(dropped.verdict);
  });

  it('are words of the filter, each with its meaning', () => {
    expect(new Set(TURN_LABELS.map(({ name }) => name)).size).toBe(TURN_LABELS.length);
    for (const { name } of TURN_LABELS) expect(verdictOfLabels([name], kept)).not.toEqual(verdictOfLabels([], kept));
  });
});
