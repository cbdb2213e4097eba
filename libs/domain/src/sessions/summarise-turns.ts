import type { Role } from '@mneme/events';
import { type Sentence, sentencesOf } from '../write-filter/sentences.js';
import { weighText } from '../write-filter/weigh-turn.js';
import { isEveryday } from '../write-filter/word-lists.js';

/** What rules look at in a turn to sum its session up: never who it is about, nor when it was. */
export interface SummarisedTurn {
  readonly role: Role;
  readonly content: string;
}

/** A sentence of a summary, word for word from the turns that it stands on, by their positions from 0. */
export interface ChosenSentence {
  readonly text: string;
  readonly contributors: readonly number[];
}

/** Longer sentences say too little for their length, and what has no full stop at all is one sentence. */
export const SUMMARY_SENTENCE_CHARS_MAX = 400;

/** Of a longer turn only its beginning is looked at. */
const TURN_CHARS_MAX = 4_096;
const LEAST_SCORE = 2;
const LOCATION_POINTS = 1.5;
const ROLE_SHARE = { user: 1, assistant: 0.6, tool: 0.5, system: 0 } as const satisfies Record<Role, number>;
/** From this share of common words on, the shorter of two sentences says nothing new. */
const REPEATED_SHARE = 0.7;

/**
 * The sentences that say most of what a session was about, at most `sentencesMax`, in the order in which they were said.
 *
 * Version of the rules: 1. The score of a sentence is the weighted sum of H. P. Edmundson, "New Methods in Automatic
 * Extracting", Journal of the ACM 16 (1969), without the titles that a conversation does not have: *cue* phrases and *key*
 * words are the points of the write-filter (decisions, preferences, plans; names, numbers, dates), *location* adds up to
 * `LOCATION_POINTS` to the first and the last turn, where a task is set and where it ends. What somebody else than the user
 * says counts less. Sentences are taken by score; one whose words were said already is left out, as in the greedy choice
 * of J. Carbonell and J. Goldstein, "The Use of MMR" (SIGIR 1998).
 *
 * Pure; a turn is read up to `TURN_CHARS_MAX`, and time grows with the number of turns as sorting does.
 */
export function summariseTurns(turns: readonly SummarisedTurn[], sentencesMax: number): readonly ChosenSentence[] {
  const candidates = turns.flatMap((turn, position) => candidatesOf(turn, position, turns.length));
  candidates.sort((a, b) => b.score - a.score || a.position - b.position || a.place - b.place);
  const chosen: Candidate[] = [];
  for (const candidate of candidates) {
    if (chosen.length === sentencesMax) break;
    if (!chosen.some((other) => isRepeated(candidate, other))) chosen.push(candidate);
  }
  chosen.sort((a, b) => a.position - b.position || a.place - b.place);
  return chosen.map(({ text, position }) => ({ text, contributors: [position] }));
}

interface Candidate {
  readonly text: string;
  readonly score: number;
  readonly position: number;
  /** Within its turn. */
  readonly place: number;
  readonly words: ReadonlySet<string>;
}

function candidatesOf({ role, content }: SummarisedTurn, position: number, count: number): readonly Candidate[] {
  const share = ROLE_SHARE[role];
  if (share === 0) return [];
  const location = LOCATION_POINTS * locationOf(position, count);
  return wholeSentencesOf(content).flatMap((sentence, place): Candidate[] => {
    const { text, isQuestion } = sentence;
    if (isQuestion || text.length > SUMMARY_SENTENCE_CHARS_MAX) return [];
    const { score, blobCount } = weighText(text);
    if (score < LEAST_SCORE || blobCount > 0) return [];
    return [{ text, score: share * score + location, position, place, words: tellingWordsOf(sentence) }];
  });
}

function wholeSentencesOf(content: string): readonly Sentence[] {
  const sentences = sentencesOf(content.slice(0, TURN_CHARS_MAX));
  return content.length <= TURN_CHARS_MAX ? sentences : sentences.slice(0, -1);
}

/** 1 at both ends, 0 in the middle. */
function locationOf(position: number, count: number): number {
  if (count < 2) return 1;
  const at = position / (count - 1);
  return (1 - 2 * at) ** 2;
}

function tellingWordsOf({ words }: Sentence): ReadonlySet<string> {
  const telling = words.filter((word) => !isEveryday(word));
  return new Set(telling.length === 0 ? words : telling);
}

function isRepeated({ words: one }: Candidate, { words: other }: Candidate): boolean {
  let common = 0;
  for (const word of one) if (other.has(word)) common += 1;
  return common >= REPEATED_SHARE * Math.min(one.size, other.size);
}
