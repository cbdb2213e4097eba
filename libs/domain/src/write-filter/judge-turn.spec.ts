import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_POLICY, type TenantPolicy } from '../policy.js';
import { explainTurn, judgeTurn, type JudgedTurn } from './judge-turn.js';

const KEEP_ALL = { ...DEFAULT_POLICY, keepAll: true };
const turn = (content: string, role: JudgedTurn['role'] = 'user'): JudgedTurn => ({ content, role });
const keepAtLeast = (points: number): TenantPolicy => ({ ...DEFAULT_POLICY, writeFilter: { keepAtLeast: points } });
const flagsOf = (content: string) => {
  const verdict = judgeTurn(turn(content), DEFAULT_POLICY);
  return verdict.keep ? verdict.flags : verdict.reasons;
};
const toolCalls = [{ name: 'lookup', arguments: '{}' }];

describe('judgeTurn', () => {
  it.each([
    ['preference', 'I prefer the quiet carriage.'],
    ['decision', 'We decided to keep the old router.'],
    ['error', 'The nightly import failed with a timeout.'],
    ['fact', 'The cellar flooded twice under the previous owner.'],
    ['identity', 'My name is Ottilie.'],
    ['plan', "I'm going to repaint the fence tomorrow."],
    ['correction', 'Sorry, I meant the other invoice.'],
    ['wish-to-remember', 'Please remember that the gate sticks.'],
    ['wish-to-forget', 'Forget what I said about the gate.'],
  ])('keeps a %s and says so', (flag, content) => {
    expect(flagsOf(content)).toContain(flag);
    expect(judgeTurn(turn(content), DEFAULT_POLICY).keep).toBe(true);
  });

  it.each([
    ['no-content', '', 'user'],
    ['no-content', ' \n\t\u00a0', 'user'],
    ['no-content', '?! … \u200b', 'user'],
    ['no-content', '👍', 'user'],
    ['unreadable', 'QUJD'.repeat(1_000), 'user'],
    ['too-repetitive', 'copy that, over. '.repeat(6), 'user'],
    ['boot-text', 'You are a helpful assistant for Halden GmbH in Graz.', 'system'],
    ['boot-text', 'You are an AI agent. Today is 2026-05-01, the user is in Vienna.', 'user'],
    ['recall-echo', 'Relevant memories:\n- Ottilie lives in Graz since 2019', 'assistant'],
    ['empty-question', 'What do you think about that?', 'user'],
    ['small-talk', 'Thanks, that was really kind of you!', 'user'],
    ['too-little', 'It is there.', 'user'],
  ] as const)('drops as %s: %p', (reason, content, role) => {
    expect(judgeTurn(turn(content, role), DEFAULT_POLICY)).toMatchObject({ keep: false, reasons: [reason] });
  });

  it.each(['7', 'In Graz.', 'Since 2019.', 'With Otto and Ida.', 'Because of the asthma.'])(
    'keeps %p, which may answer a question',
    (content) => {
      expect(judgeTurn(turn(content), DEFAULT_POLICY).keep).toBe(true);
    },
  );

  it.each([
    'Ich wohne seit drei Jahren in Kassel.',
    'Nous avons acheté une maison près de Nantes.',
    'Моя сестра переехала в Казань',
    '我的女儿今年上小学了。',
    '저는 부산에서 태어났어요.',
    'أعمل مهندسا في القاهرة',
    'ผมทำงานที่โรงพยาบาล',
    'मेरी बेटी दिल्ली में पढ़ती है',
  ])('keeps %p, whose words it does not know', (content) => {
    expect(judgeTurn(turn(content), DEFAULT_POLICY).keep).toBe(true);
  });

  it('keeps what calls tools, even without a word', () => {
    expect(judgeTurn({ ...turn('', 'assistant'), toolCalls }, DEFAULT_POLICY).keep).toBe(true);
    expect(judgeTurn({ ...turn('', 'assistant'), toolCalls: [] }, DEFAULT_POLICY).keep).toBe(false);
  });

  it('hears a wish of the user in words that look like boot text, and of nobody else', () => {
    const content = "You are an assistant. Remember that I can't eat nuts.";
    expect(judgeTurn(turn(content), DEFAULT_POLICY)).toMatchObject({ keep: true });
    expect(judgeTurn(turn(content, 'system'), DEFAULT_POLICY)).toMatchObject({ keep: false, reasons: ['boot-text'] });
  });

  it('drops what mostly repeats a recall', () => {
    const echo = turn('The order ships from Gdynia on Monday.', 'assistant');
    expect(judgeTurn({ ...echo, echoShare: 0.79 }, DEFAULT_POLICY).keep).toBe(true);
    expect(judgeTurn({ ...echo, echoShare: 0.8 }, DEFAULT_POLICY)).toEqual({ keep: false, reasons: ['recall-echo'] });
  });

  it('hears a user who states anew what was recalled, and nobody who repeats it', () => {
    const echoShare = 1;
    const restated = 'I prefer the quiet carriage.';
    expect(judgeTurn({ ...turn(restated), echoShare }, DEFAULT_POLICY)).toEqual({ keep: true, flags: ['preference'] });
    for (const [content, role] of [
      [restated, 'assistant'],
      [restated, 'tool'],
      ['The user prefers the quiet carriage.', 'user'],
      ['The cellar flooded twice under the previous owner.', 'user'],
    ] as const) {
      const verdict = judgeTurn({ ...turn(content, role), echoShare }, DEFAULT_POLICY);
      expect(verdict).toEqual({ keep: false, reasons: ['recall-echo'] });
    }
  });

  it('takes the share of an echo from the policy', () => {
    const echo = { ...turn('The order ships from Gdynia on Monday.', 'assistant'), echoShare: 0.5 };
    const policyOf = (share: number) => ({ ...DEFAULT_POLICY, echo: { ...DEFAULT_POLICY.echo, share } });
    expect(judgeTurn(echo, policyOf(0.5)).keep).toBe(false);
    expect(judgeTurn(echo, policyOf(0.51)).keep).toBe(true);
    expect(judgeTurn({ ...echo, echoShare: 0 }, policyOf(0)).keep).toBe(true);
  });

  it('does not take a name by which somebody is called for something said', () => {
    expect(judgeTurn(turn('Good night, Ottilie!'), DEFAULT_POLICY).keep).toBe(false);
  });
});

describe('keepAll', () => {
  it('switches the verdict off and leaves the flags', () => {
    expect(judgeTurn(turn('Thanks!'), KEEP_ALL)).toEqual({ keep: true, flags: [] });
    expect(judgeTurn(turn('...'), KEEP_ALL)).toEqual({ keep: true, flags: [] });
    expect(judgeTurn(turn('I prefer tea.'), KEEP_ALL)).toEqual(judgeTurn(turn('I prefer tea.'), DEFAULT_POLICY));
  });

  it('cannot make a memory of nothing', () => {
    expect(judgeTurn(turn(' '), KEEP_ALL)).toEqual({ keep: false, reasons: ['no-content'] });
  });
});

describe('explainTurn', () => {
  it('names the points that led to the verdict, and they add up', () => {
    const { verdict, weighed } = explainTurn(turn('I decided to sell the boat in May.'), DEFAULT_POLICY);
    expect(verdict).toEqual({ keep: true, flags: ['decision'] });
    expect(weighed?.points.get('decision')).toBe(3);
    const sum = [...(weighed?.points.values() ?? [])].reduce((points, more) => points + more, 0);
    expect(sum).toBe(weighed?.score);
  });

  it('keeps from the threshold of the policy on', () => {
    const content = 'The cellar flooded twice under the previous owner.';
    const score = explainTurn(turn(content), DEFAULT_POLICY).weighed?.score ?? 0;
    expect(judgeTurn(turn(content), keepAtLeast(score)).keep).toBe(true);
    expect(judgeTurn(turn(content), keepAtLeast(score + 0.5)).keep).toBe(false);
  });

  it('says the same of the same turn, and keeps no more under a higher threshold', () => {
    const contents = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.constantFrom(...FRAGMENTS)).map((all) => all.join(' ')),
    );
    const points = fc.integer({ min: 0, max: 10 });
    const roles = fc.constantFrom('user', 'assistant', 'tool', 'system' as const);
    fc.assert(
      fc.property(contents, roles as fc.Arbitrary<JudgedTurn['role']>, points, (content, role, threshold) => {
        const verdict = judgeTurn(turn(content, role), keepAtLeast(threshold));
        expect(judgeTurn(turn(content, role), keepAtLeast(threshold))).toEqual(verdict);
        if (!verdict.keep) {
          expect(verdict.reasons.length).toBeGreaterThan(0);
          expect(judgeTurn(turn(content, role), keepAtLeast(threshold + 1)).keep).toBe(false);
        }
        expect(judgeTurn(turn(content, role), KEEP_ALL).keep).toBe(content.trim() !== '');
      }),
    );
  });

  it.each(['a', '.', '.x', "i'm a ", "let's use ", '我', '👍', ', a', '\n', "a'"])(
    'gets through 64 KiB of %p',
    (unit) => {
      const content = unit.repeat(Math.ceil(65_536 / unit.length)).slice(0, 65_536);
      expect(typeof judgeTurn(turn(content), DEFAULT_POLICY).keep).toBe('boolean');
    },
  );
});

const FRAGMENTS = [
  'I prefer',
  'thanks',
  'Ottilie',
  '7',
  '?',
  '.',
  'the',
  'failed',
  'You are an assistant',
  'remember that',
  '我',
];
