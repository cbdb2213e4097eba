import { type ModelTurn, type SummariseRequest, type Summary, type SummarySentence } from '@mneme/ports';
import { z } from 'zod';
import { DATA_RULE } from './prompt-data.js';
import { hasSpan } from './text-spans.js';
import { objectSchema } from './turn-items.js';
import type { Checked } from './turn-task.js';

const SENTENCE_CHARS_MAX = 1_000;
/** Digits, and the words for days and months: what a model must not have added. */
const NUMBERS_AND_DAYS =
  /\d+|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b|\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b/g;

/** Sentences, each with the positions of the turns that it stands on. */
export const SUMMARY_SCHEMA = objectSchema({
  sentences: {
    type: 'array',
    items: objectSchema({ text: { type: 'string' }, turns: { type: 'array', items: { type: 'integer' } } }),
  },
});

export function summaryInstructions({ style, sentencesMax }: SummariseRequest): string {
  return [
    `Summarise the turns in at most ${sentencesMax} sentences, the most useful for a later conversation first.`,
    style === 'extractive'
      ? 'Copy each sentence word for word from one turn.'
      : 'Use plain sentences; keep names and numbers as they are, and leave relative times as they were said.',
    'With each sentence give the positions of all turns that it stands on.',
    DATA_RULE,
  ].join('\n');
}

const answer = z.object({ sentences: z.array(z.unknown()) });
const sentence = z.object({
  text: z.string().trim().min(1).max(SENTENCE_CHARS_MAX),
  turns: z.array(z.int().nonnegative()).min(1),
});

/** What may be believed of a summary; undefined when it has another form or nothing is left. */
export function checkedSummary(json: unknown, request: SummariseRequest): Checked<Summary> | undefined {
  const parsed = answer.safeParse(json);
  if (!parsed.success) return undefined;
  const said = parsed.data.sentences;
  const sentences = said.slice(0, request.sentencesMax).flatMap((one) => {
    const checked = sentence.safeParse(one);
    return checked.success && isFounded(checked.data, request) ? [sentenceOf(checked.data)] : [];
  });
  return sentences.length === 0 ? undefined : { value: { sentences }, itemsRefused: said.length - sentences.length };
}

type Said = z.infer<typeof sentence>;

function isFounded({ text, turns }: Said, request: SummariseRequest): boolean {
  const sources = turns.map((turn) => request.turns[turn]);
  if (sources.some((source) => source === undefined)) return false;
  const texts = (sources as ModelTurn[]).map(({ content }) => content);
  if (request.style === 'extractive') return texts.some((source) => hasSpan(source, text));
  const known = new Set(texts.flatMap((source) => source.match(NUMBERS_AND_DAYS) ?? []));
  return (text.match(NUMBERS_AND_DAYS) ?? []).every((number) => known.has(number));
}

function sentenceOf({ text, turns }: Said): SummarySentence {
  return { text, contributors: [...new Set(turns)].sort((a, b) => a - b) };
}
