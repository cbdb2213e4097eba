/**
 * The words of a text in their order, as far as they tell one statement from another: without articles and fillers, with
 * contractions written out. No stems: "lives" and "lived" are two statements.
 */
export interface Statement {
  readonly words: readonly string[];
  /** Speaks of a time by the day on which it was said: on another day it says something else. */
  readonly isOfItsDay: boolean;
}

export function statementOf(text: string): Statement {
  const spelt = writtenOut(text);
  const words = spelt.match(WORD) ?? [];
  return { words: words.filter((word) => !LIGHT.has(word)), isOfItsDay: OF_ITS_DAY.test(spelt) };
}

/**
 * How much two statements agree: the share of their words that they have in common, when the one holds all words of the
 * other in the same order and nothing beside that changes what is said; else 0.
 */
export function agreementOf(one: Statement, other: Statement): number {
  const [longer, shorter] = one.words.length >= other.words.length ? [one, other] : [other, one];
  if (shorter.words.length === 0) return 0;
  const extra = wordsBeside(longer.words, shorter.words);
  if (extra === undefined || extra.some(tells)) return 0;
  return shorter.words.length / longer.words.length;
}

/** What the longer has beside the shorter; undefined when the shorter is not in it, in order. */
function wordsBeside(longer: readonly string[], shorter: readonly string[]): readonly string[] | undefined {
  const extra: string[] = [];
  let at = 0;
  for (const word of longer) {
    if (word === shorter[at]) at += 1;
    else extra.push(word);
  }
  return at === shorter.length ? extra : undefined;
}

/** Whether a word more makes another statement: a number, a denial, a doubt, a condition, another time or owner. */
function tells(word: string): boolean {
  return /\p{N}/u.test(word) || TELLING.has(word);
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

const CONTRACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\bcan't\b/g, 'can not'],
  [/\bwon't\b/g, 'will not'],
  [/\bcannot\b/g, 'can not'],
  [/n't\b/g, ' not'],
  [/\b(it|he|she|that|there|here|what|who)'s\b/g, '$1 is'],
  [/'m\b/g, ' am'],
  [/'re\b/g, ' are'],
  [/'ve\b/g, ' have'],
  [/'ll\b/g, ' will'],
];

function writtenOut(text: string): string {
  const plain = text.normalize('NFKC').toLowerCase().replaceAll('’', "'");
  return CONTRACTIONS.reduce((written, [short, long]) => written.replace(short, long), plain);
}

const setOf = (words: string) => new Set(words.split(' '));

const LIGHT = setOf('a an the oh well hey hi hello okay ok so just really very please also indeed actually btw');

const TELLING = setOf(
  'not no never none nothing nobody neither nor without hardly barely stop stopped quit except but unless until if when ' +
    'maybe perhaps might may could would should probably possibly think guess almost nearly only again once twice before ' +
    'after former formerly previously used was were had did ago yesterday today tomorrow tonight last next new old ex ' +
    'another other second third half double my your his her our their all some every most few many less more least ' +
    'instead than rather too longer anymore anyone wish want hope plan',
);

const DAY_NAMES = 'monday|tuesday|wednesday|thursday|friday|saturday|sunday';

const OF_ITS_DAY = new RegExp(
  [
    '\\b(?:today|yesterday|tomorrow|tonight|now|currently|ago|recently|soon|later)\\b',
    `\\b(?:this|last|next) (?:morning|afternoon|evening|night|week|weekend|month|quarter|year|time|${DAY_NAMES})\\b`,
    '\\bin (?:a|an|one|two|three|\\d+) (?:minutes?|hours?|days?|weeks?|months?|years?)\\b',
    `\\bon (?:${DAY_NAMES})\\b`,
    '\\bat \\d',
  ].join('|'),
);
