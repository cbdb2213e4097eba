import { phraseFlagsOf, type TurnFlag } from './flag-phrases.js';
import { isReaction } from './noise-phrases.js';
import { type Sentence, sentencesOf } from './sentences.js';
import { type Feature, FEATURES, WEIGHTS } from './weights.js';
import { DATES, isEveryday, isNumber, isSmallTalk, RELATIVES } from './word-lists.js';

/** What a text has, counted, and what that comes to. */
export interface Weighed {
  readonly score: number;
  /** Points by feature, without those that are absent; they add up to the score. */
  readonly points: ReadonlyMap<Feature, number>;
  readonly flags: readonly TurnFlag[];
  readonly wordCount: number;
  readonly distinctWordCount: number;
  /** Runs of letters too long to be words, such as encoded bytes. */
  readonly blobCount: number;
  readonly asksOnly: boolean;
  readonly hasSmallTalk: boolean;
}

const WORD_CHARS_MAX = 40;
const ANSWER_WORDS_MAX = 4;
const ANSWER = /^ (?:an?|my|our|some|in|at|with|from|for|by|on|to|because|since|near|under) /;
const UNSPACED = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}]/u;
const BEYOND_ASCII = /[^\p{ASCII}]/u;
const CAPITAL = /^\p{Lu}/u;

/** Counts the features of a text and adds up their points; pure, and linear in the length of the text. */
export function weighText(text: string): Weighed {
  const sentences = sentencesOf(text);
  const tally = new Tally();
  for (const sentence of sentences) tally.add(sentence);
  return tally.weighed();
}

/** What the words of one sentence are. */
interface Words {
  names: number;
  numbers: number;
  dates: number;
  relatives: number;
  content: number;
  everyday: number;
  smallTalk: number;
  foreign: number;
  blobs: number;
}

class Tally {
  private readonly counts = new Map<Feature, number>();
  private readonly flags = new Set<TurnFlag>();
  private readonly distinct = new Set<string>();
  private wordCount = 0;
  private everydayCount = 0;
  private foreignCount = 0;
  private blobCount = 0;
  private statements = 0;
  private questions = 0;
  private smallTalk = 0;
  private answers = false;

  add(sentence: Sentence): void {
    const words = wordsOf(sentence);
    this.wordCount += sentence.words.length;
    for (const word of sentence.words) this.distinct.add(word);
    this.everydayCount += words.everyday;
    this.blobCount += words.blobs;
    if (words.smallTalk > 0) this.smallTalk += 1;
    const flags = phraseFlagsOf(sentence);
    for (const flag of flags) this.flag(flag);
    const told = words.names + words.numbers + words.dates + words.relatives + words.content;
    const reacts = isReaction(sentence.line);
    if (reacts) this.smallTalk += 1;
    if (sentence.isQuestion) {
      this.questions += 1;
      this.count('question', 1);
      this.count('asked', told);
      return;
    }
    if (flags.length === 0 && (told === 0 || (reacts && words.content + words.dates < 3))) {
      this.count('reaction', reacts || words.smallTalk > 0 ? 1 : 0);
      return;
    }
    this.statements += 1;
    this.foreignCount += words.foreign;
    this.countTold(sentence, words);
    this.answers ||= words.names + words.numbers + words.dates > 0 || ANSWER.test(sentence.line);
    if (flags.length === 0 && isFact(words, told)) this.flags.add('fact');
  }

  weighed(): Weighed {
    const { wordCount } = this;
    if (wordCount <= ANSWER_WORDS_MAX && this.answers) this.count('answer', 1);
    if (this.foreignCount > 0 && this.everydayCount === 0) this.count('other-language', 1);
    const points = new Map<Feature, number>();
    let score = 0;
    for (const feature of FEATURES) {
      const count = this.counts.get(feature);
      if (count === undefined) continue;
      const weight = WEIGHTS[feature];
      points.set(feature, weight.points * Math.min(count, weight.countMax));
      score += weight.points * Math.min(count, weight.countMax);
    }
    return {
      score,
      points,
      flags: [...this.flags],
      wordCount,
      distinctWordCount: this.distinct.size,
      blobCount: this.blobCount,
      asksOnly: this.questions > 0 && this.statements === 0,
      hasSmallTalk: this.smallTalk > 0,
    };
  }

  private countTold({ line }: Sentence, words: Words): void {
    this.count('name', words.names);
    this.count('number', words.numbers);
    this.count('date', words.dates);
    this.count('relative', words.relatives);
    this.count('content', words.content);
    const isOwn = / (?:i|i'm|i've|i'd|i'll|we|we're|we've|we'll|my|our) /.test(line);
    if (isOwn && words.content + words.names > 0) this.count('own', 1);
  }

  private flag(flag: Exclude<TurnFlag, 'fact'>): void {
    this.flags.add(flag);
    this.count(flag, 1);
  }

  private count(feature: Feature, count: number): void {
    if (count > 0) this.counts.set(feature, (this.counts.get(feature) ?? 0) + count);
  }
}

function isFact(words: Words, told: number): boolean {
  return words.content >= 3 || (told >= 2 && words.names + words.numbers + words.dates + words.relatives > 0);
}

function wordsOf({ words, written, calls }: Sentence): Words {
  const found: Words = {
    names: 0,
    numbers: 0,
    dates: 0,
    relatives: 0,
    content: 0,
    everyday: 0,
    smallTalk: 0,
    foreign: 0,
    blobs: 0,
  };
  const isShort = words.length <= 2;
  for (const [at, word] of words.entries()) {
    const isCalled = calls.has(at);
    if (isSmallTalk(word)) found.smallTalk += 1;
    if (isEveryday(word)) found.everyday += 1;
    else if (isNumber(word)) found.numbers += 1;
    else if (isSmallTalk(word)) continue;
    else if (UNSPACED.test(word)) addUnspaced(found, word);
    else if (word.length > WORD_CHARS_MAX) found.blobs += 1;
    else if (DATES.has(word)) found.dates += 1;
    else if (RELATIVES.has(word)) found.relatives += 1;
    else if (CAPITAL.test(written[at] ?? '')) addCapital(found, { isCalled, isInside: at > 0 || isShort });
    else if (word.length >= 3 || BEYOND_ASCII.test(word)) found.content += 1;
    if (BEYOND_ASCII.test(word)) found.foreign += 1;
  }
  return found;
}

function addCapital(found: Words, { isCalled, isInside }: { isCalled: boolean; isInside: boolean }): void {
  if (isCalled) return;
  // The first word of a sentence has a capital anyway.
  if (isInside) found.names += 1;
  else found.content += 1;
}

/** Scripts without spaces: two characters make about a word. */
function addUnspaced(found: Words, run: string): void {
  found.content += Math.ceil(run.length / 2);
}
