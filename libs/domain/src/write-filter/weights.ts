import type { TurnFlag } from './flag-phrases.js';

/**
 * What a turn can have that speaks for keeping it or against. Weights are points, chosen by reasoning on examples: a
 * wish or a flag is enough alone, a name, a number or a date is enough in a short answer, and plain words need company.
 */
export const WEIGHTS = {
  /** A phrase of the flag; `fact` has none of its own, it is what the others add up to. */
  'wish-to-remember': { points: 4, countMax: 1 },
  'wish-to-forget': { points: 4, countMax: 1 },
  correction: { points: 2.5, countMax: 1 },
  decision: { points: 3, countMax: 1 },
  error: { points: 3, countMax: 1 },
  identity: { points: 3, countMax: 1 },
  preference: { points: 2.5, countMax: 1 },
  plan: { points: 2, countMax: 1 },
  /** Names of people, places and things; a name by which somebody is only called does not count. */
  name: { points: 1.5, countMax: 2 },
  /** Amounts, times, addresses, versions, identifiers. */
  number: { points: 1.5, countMax: 2 },
  date: { points: 1, countMax: 2 },
  relative: { points: 1, countMax: 1 },
  /** A statement that begins with the speaker or what is theirs and says something of it. */
  own: { points: 1, countMax: 1 },
  /** Words that are not of every chat; also every word of a language that the lists do not know. */
  content: { points: 0.5, countMax: 10 },
  /** At most four words that give a name, a number or a date, or begin as answers do: "In the attic.", "A violin." */
  answer: { points: 1.5, countMax: 1 },
  /** Letters beyond English and no English word: the rules know little, and keep when in doubt. */
  'other-language': { points: 1.5, countMax: 1 },
  /** Names, numbers and content in a question: they are asked about, not told. */
  asked: { points: 0.25, countMax: 6 },
  question: { points: -0.5, countMax: 2 },
  reaction: { points: -0.5, countMax: 3 },
} as const satisfies Readonly<Record<Exclude<TurnFlag, 'fact'>, Weight> & Record<string, Weight>>;

export interface Weight {
  readonly points: number;
  /** More of the same adds nothing. */
  readonly countMax: number;
}

export type Feature = keyof typeof WEIGHTS;

export const FEATURES = Object.keys(WEIGHTS) as readonly Feature[];
