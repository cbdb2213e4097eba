import { normalisedName } from '../facts/normalised-name.js';

const WORDS_MAX = 64;
const NAME_WORDS_MAX = 3;
/** A run of capitals is one name, however many words it has up to here. */
const CAPITAL_WORDS_MAX = 5;
/** Candidates of one question; the rest is not looked up. */
export const QUESTION_NAMES_MAX = 16;

const WORD = /[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}&+.'’-]*/gu;
const TAIL = /(?:['’]s|s['’]|[.'’-]+)$/u;
const CAPITAL = /^[\p{Lu}\p{N}]/u;
const OF_THE_SPEAKER = /^(?:i|i'm|i've|i'd|i'll|me|my|mine|myself|we|we're|we've|us|our|ours)$/;

/** Words that begin and end no name: they ask, join or point. */
const SMALL = new Set(
  `a an the this that these those some any all each every no not and or but if so then than as at by for from in into of off
  on onto out over to under up with within without about after before between during since until while am is are was were be
  been being do does did done doing has have had having can could may might must shall should will would i i'm i've i'd i'll
  me my mine myself we we're we've us our ours you your yours he him his she her hers it its they them their theirs who whom
  whose what what's which when where why how long much many often old ever also else too again still yet now currently there
  here please tell told know remember say said tells mean thing things something anything someone anyone anybody somebody like get
  got go goes going went come comes came take takes took make makes made give gave use used want wants wanted`.split(
    /\s+/,
  ),
);

/** What of a question may be the name of an entity, and whether it asks about who asks. */
export interface QuestionNames {
  /** Normalised and distinct, the likeliest first: runs of capitals, single words, then words that stand together. */
  readonly names: readonly string[];
  readonly isOfSpeaker: boolean;
}

/** Pure and linear: at most the first 64 words are read, and at most 16 names are given. */
export function questionNamesOf(question: string): QuestionNames {
  const words = wordsOf(question);
  const isSmall = words.map((word) => SMALL.has(word.toLowerCase().replaceAll('’', "'")));
  const names = new Set<string>();
  for (const run of [...capitalRuns(words, isSmall), ...wordRuns(words, isSmall)]) {
    const name = normalisedName(run);
    if (name !== '' && names.size < QUESTION_NAMES_MAX) names.add(name);
  }
  return {
    names: [...names],
    isOfSpeaker: words.some((word) => OF_THE_SPEAKER.test(word.toLowerCase().replaceAll('’', "'"))),
  };
}

function wordsOf(question: string): readonly string[] {
  const words: string[] = [];
  for (const [match] of question.matchAll(WORD)) {
    if (words.length === WORDS_MAX) break;
    const pronoun = match.toLowerCase().replaceAll('’', "'");
    words.push(OF_THE_SPEAKER.test(pronoun) ? match : match.replace(TAIL, ''));
  }
  return words;
}

/** "Where is Blue Heron Labs?" → "Blue Heron Labs". A small word inside ends the run, as does the first word's capital. */
function capitalRuns(words: readonly string[], isSmall: readonly boolean[]): readonly string[] {
  const runs: string[] = [];
  let run: string[] = [];
  const end = () => {
    if (run.length > 0 && run.length <= CAPITAL_WORDS_MAX) runs.push(run.join(' '));
    run = [];
  };
  words.forEach((word, at) => {
    if (CAPITAL.test(word) && isSmall[at] !== true) run.push(word);
    else end();
  });
  end();
  // "Who is on Pelican?" means what "Priya works on the Pelican project" spoke of.
  return runs.sort((a, b) => b.length - a.length).flatMap((name) => [name, `${name} project`]);
}

/** Single words first: most things are called by one; then pairs and triples of words that stand side by side. */
function wordRuns(words: readonly string[], isSmall: readonly boolean[]): readonly string[] {
  const runs: string[] = [];
  for (let length = 1; length <= NAME_WORDS_MAX; length += 1) {
    for (let start = 0; start + length <= words.length; start += 1) {
      if (isSmall[start] === true || isSmall[start + length - 1] === true) continue;
      runs.push(words.slice(start, start + length).join(' '));
    }
  }
  return runs;
}
