import { describe, expect, it } from '@jest/globals';
import {
  Corpus,
  QUESTION_WORDS,
  userName,
  USERS,
  userShares,
  vocabulary,
  VOCABULARY_WORDS,
  zipfWeights,
} from './corpus.js';
import { integerBelow, mulberry32, seedOf, WeightedDraw } from './random.js';

const TURNS = 20_000;
const corpus = new Corpus({ seed: 1, turns: TURNS, endMs: Date.UTC(2026, 0, 31) });
const turns = Array.from({ length: TURNS }, (_, i) => corpus.turn(i));

describe('random numbers', () => {
  it('are the same for ever', () => {
    const random = mulberry32(1);
    expect([random(), random()].map((value) => Math.floor(value * 1e9))).toEqual([627073940, 2735721]);
    expect(seedOf(1, 2)).toBe(seedOf(1, 2));
    expect(new Set(Array.from({ length: 10_000 }, (_, i) => seedOf(7, i))).size).toBe(10_000);
  });

  it('are even', () => {
    const random = mulberry32(5);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i += 1) counts[integerBelow(10, random)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('follow weights', () => {
    const draw = new WeightedDraw([1, 0, 3]);
    const random = mulberry32(3);
    const counts = [0, 0, 0];
    for (let i = 0; i < 40_000; i += 1) counts[draw.draw(random)]! += 1;
    expect(counts[1]).toBe(0);
    expect(counts[0]! / 40_000).toBeCloseTo(0.25, 1);
  });
});

describe('vocabulary', () => {
  it('has distinct words that can be spoken, the short ones first', () => {
    const words = vocabulary(VOCABULARY_WORDS);
    expect(new Set(words).size).toBe(VOCABULARY_WORDS);
    expect(words.every((word) => /^(?:[bdfghjklmnprstvz][aeiou]){1,4}$/.test(word))).toBe(true);
    expect(words[0]).toHaveLength(2);
    expect(vocabulary(50)).toEqual(words.slice(0, 50));
  });
});

describe('Corpus', () => {
  it('makes any turn again, alone', () => {
    const again = new Corpus({ seed: 1, turns: TURNS, endMs: Date.UTC(2026, 0, 31) });
    expect(again.turn(12_345)).toEqual(turns[12_345]);
    const other = new Corpus({ seed: 2, turns: TURNS, endMs: Date.UTC(2026, 0, 31) });
    expect(other.turn(12_345)).not.toEqual(turns[12_345]);
  });

  it('has 25 words a turn in the mean, by Zipf', () => {
    const counts = new Map<string, number>();
    let total = 0;
    for (const { content } of turns) {
      for (const word of content.split(' ')) {
        counts.set(word, (counts.get(word) ?? 0) + 1);
        total += 1;
      }
    }
    expect(total / TURNS).toBeGreaterThan(24.5);
    expect(total / TURNS).toBeLessThan(25.5);
    const harmonic = zipfWeights(VOCABULARY_WORDS).reduce((sum, weight) => sum + weight, 0);
    const [first, tenth, thousandth] = [0, 9, 999].map((rank) => counts.get(vocabulary(VOCABULARY_WORDS)[rank]!) ?? 0);
    expect(first! / total).toBeCloseTo(1 / harmonic, 2);
    expect(first! / tenth!).toBeGreaterThan(9);
    expect(first! / tenth!).toBeLessThan(11);
    expect(first! / thousandth!).toBeGreaterThan(700);
    expect(first! / thousandth!).toBeLessThan(1_300);
  });

  it('has a thousand users, the largest with a tenth', () => {
    const shares = userShares();
    expect(shares).toHaveLength(USERS);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect([...shares].sort((a, b) => b - a)).toEqual(shares);
    const largest = turns.filter(({ userId }) => userId === userName(0)).length;
    expect(largest / TURNS).toBeGreaterThan(0.09);
    expect(largest / TURNS).toBeLessThan(0.11);
  });

  it('lays turns out in time and sessions of about twenty', () => {
    const times = turns.map(({ occurredAt }) => Date.parse(occurredAt));
    expect(times.every((time, i) => i === 0 || time >= (times[i - 1] ?? 0))).toBe(true);
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.UTC(2026, 0, 31));
    const largest = turns.filter(({ userId }) => userId === userName(0));
    const sessions = new Set(largest.map(({ session }) => session)).size;
    expect(largest.length / sessions).toBeGreaterThan(15);
    expect(largest.length / sessions).toBeLessThan(25);
  });

  it('cuts questions out of real turns of the user, by share', () => {
    const random = mulberry32(9);
    const byUser = new Map<string, string[]>();
    for (const { userId, content } of turns) byUser.set(userId, [...(byUser.get(userId) ?? []), content]);
    const questions = Array.from({ length: 500 }, () => corpus.question(random));
    for (const { userId, question } of questions) {
      expect(question.split(' ')).toHaveLength(QUESTION_WORDS);
      expect(byUser.get(userId)?.some((content) => ` ${content} `.includes(` ${question} `))).toBe(true);
    }
    const ofLargest = questions.filter(({ userId }) => userId === userName(0)).length;
    expect(ofLargest).toBeGreaterThan(25);
    expect(ofLargest).toBeLessThan(80);
  });
});
