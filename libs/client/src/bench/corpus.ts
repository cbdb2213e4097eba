import { factSentence } from './fact-sentences.js';
import { integerBelow, mulberry32, type Random, seedOf, WeightedDraw } from './random.js';

export interface CorpusOptions {
  readonly seed: number;
  /** Turns that times and sessions are laid out for; more can be made. */
  readonly turns: number;
  /** Time of the last of them, epoch ms. */
  readonly endMs: number;
  /** Whether a share of the turns also states a fact, in a sentence of plain English. */
  readonly withFacts?: boolean | undefined;
}

export interface CorpusTurn {
  readonly userId: string;
  readonly session: string;
  readonly content: string;
  /** RFC 3339. */
  readonly occurredAt: string;
}

export interface CorpusQuestion {
  readonly userId: string;
  readonly question: string;
}

export const VOCABULARY_WORDS = 20_000;
export const USERS = 1_000;
export const LARGEST_USER_SHARE = 0.1;
export const QUESTION_WORDS = 8;
const TURN_WORDS_MIN = QUESTION_WORDS;
/** Uniform from 8 to 42: 25 in the mean. */
const TURN_WORDS_MAX = 42;
/** Flattens the head of Zipf's law for users, so that the second is well below the largest. */
const USER_RANK_OFFSET = 9;
const SESSION_TURNS = 20;
/** Share of turns with a sentence that states a fact; some state two. */
export const FACT_SHARE = 0.3;
const FACT_SEED = 0x66616374;
const SPAN_MS = 30 * 86_400_000;

/**
 * Turns of many users in words that do not exist. Turn `i` is a function of the seed and `i` alone, so that a million
 * of them need no memory, and a question can be cut out of any.
 */
export class Corpus {
  private readonly words: readonly string[];
  private readonly wordDraw: WeightedDraw;
  private readonly shares = userShares();
  private readonly userDraw = new WeightedDraw(this.shares);

  constructor(private readonly options: CorpusOptions) {
    this.words = vocabulary(VOCABULARY_WORDS);
    this.wordDraw = new WeightedDraw(zipfWeights(VOCABULARY_WORDS));
  }

  turn(index: number): CorpusTurn {
    const { user, words } = this.make(index);
    const { turns, endMs, withFacts = false } = this.options;
    const fact = withFacts ? this.factSentence(index) : undefined;
    const ordinal = index * (this.shares[user] ?? 0);
    return {
      userId: userName(user),
      session: `session-${Math.floor(ordinal / SESSION_TURNS)}`,
      content: fact === undefined ? words.join(' ') : `${words.join(' ')}. ${fact}`,
      occurredAt: new Date(endMs - SPAN_MS + Math.floor((Math.min(index, turns) / turns) * SPAN_MS)).toISOString(),
    };
  }

  /** Eight consecutive words of a turn drawn evenly, and so of a user drawn by the share of memories. */
  question(random: Random): CorpusQuestion {
    const { user, words } = this.make(integerBelow(this.options.turns, random));
    const start = integerBelow(words.length - QUESTION_WORDS + 1, random);
    return { userId: userName(user), question: words.slice(start, start + QUESTION_WORDS).join(' ') };
  }

  /** Of every third turn or so: drawn apart from its words, so that those are the same with and without. */
  private factSentence(index: number): string | undefined {
    const random = mulberry32(seedOf(this.options.seed ^ FACT_SEED, index));
    return random() < FACT_SHARE ? factSentence(random, (rank) => this.words[rank] ?? '') : undefined;
  }

  private make(index: number): { readonly user: number; readonly words: readonly string[] } {
    const random = mulberry32(seedOf(this.options.seed, index));
    const user = this.userDraw.draw(random);
    const length = TURN_WORDS_MIN + integerBelow(TURN_WORDS_MAX - TURN_WORDS_MIN + 1, random);
    const words = Array.from({ length }, () => this.words[this.wordDraw.draw(random)] ?? '');
    return { user, words };
  }
}

/** By rank, from 0: the largest has ten percent, the rest follow Zipf's law with an offset; the sum is 1. */
export function userShares(): readonly number[] {
  const weights = Array.from({ length: USERS - 1 }, (_, rank) => 1 / (rank + 1 + USER_RANK_OFFSET));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return [LARGEST_USER_SHARE, ...weights.map((weight) => ((1 - LARGEST_USER_SHARE) * weight) / sum)];
}

/** The user of this rank by share, from 0. */
export function userName(rank: number): string {
  return `user-${rank}`;
}

/** Zipf's law with exponent 1: the word of rank r has the weight 1 / r. */
export function zipfWeights(count: number): readonly number[] {
  return Array.from({ length: count }, (_, rank) => 1 / (rank + 1));
}

/** Distinct words of one to four syllables that can be spoken; short ones first, as frequent words are. */
export function vocabulary(count: number): readonly string[] {
  const random = mulberry32(0x6d6e656d);
  const words = new Set<string>();
  for (const onset of ONSETS) for (const vowel of VOWELS) words.add(onset + vowel);
  while (words.size < count) {
    const syllables = words.size < count / 4 ? 2 : 3 + integerBelow(2, random);
    words.add(Array.from({ length: syllables }, () => syllable(random)).join(''));
  }
  return [...words].slice(0, count);
}

const ONSETS = ['b', 'd', 'f', 'g', 'h', 'j', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'z'];
const VOWELS = ['a', 'e', 'i', 'o', 'u'];

function syllable(random: Random): string {
  return (ONSETS[integerBelow(ONSETS.length, random)] ?? '') + (VOWELS[integerBelow(VOWELS.length, random)] ?? '');
}
