import { weighText } from './weigh-turn.js';

/** One turn to be summed up. */
export interface SummarySource {
  readonly content: string;
}

/** A sentence of a turn as it was said, and the position of that turn. */
export interface PickedSentence {
  readonly text: string;
  readonly turn: number;
}

const SENTENCE_CHARS_MAX = 400;
/** Of one turn: a long page must not crowd out the conversation. */
const SENTENCES_PER_TURN_MAX = 40;
const SENTENCE = /[^.!?…\n]+(?:[.!?…]+|$)/g;

/**
 * The sentences with the most points, in the order in which they were said, at most `sentencesMax`; copied, never worded
 * anew, none twice and none without points. Of equal ones the earlier: the same turns give the same summary.
 */
export function summarySentencesOf(turns: readonly SummarySource[], sentencesMax: number): readonly PickedSentence[] {
  const seen = new Set<string>();
  const candidates = turns.flatMap(({ content }, turn) =>
    (content.match(SENTENCE) ?? []).slice(0, SENTENCES_PER_TURN_MAX).flatMap((part) => {
      const text = part.trim().slice(0, SENTENCE_CHARS_MAX);
      const name = text.toLowerCase();
      if (text === '' || seen.has(name)) return [];
      seen.add(name);
      return [{ text, turn, score: weighText(text).score }];
    }),
  );
  const best = candidates
    .map((candidate, at) => ({ ...candidate, at }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, sentencesMax);
  return best.sort((a, b) => a.at - b.at).map(({ text, turn }) => ({ text, turn }));
}
