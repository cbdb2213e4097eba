import { subjectAt, type ClauseSubject } from './subject.js';

/** `not`: denied. `ended`: it was so and is no longer. */
export type Negation = 'none' | 'not' | 'ended';

export interface Clause {
  /** The whole clause, contractions written out and openings such as "Actually," taken off. */
  readonly text: string;
  readonly subject: ClauseSubject | undefined;
  /** What follows the subject, without negations and passing adverbs: "am working on Orion". */
  readonly phrase: string;
  readonly negation: Negation;
  readonly isCorrection: boolean;
  readonly isHedged: boolean;
}

const CORRECTING = /^(?:actually|correction|scratch that|wait|no|sorry|i meant|i mean|let me correct)\b/i;
const OPENING =
  /^(?:(?:and|but|so|or|well|ok|okay|oh|ah|hmm|honestly|actually|frankly|luckily|sadly|unfortunately|fortunately|basically|personally|also|plus|anyway|besides|btw|by the way|fyi|of course|in fact|in short|as you know|to be honest|tbh|just so you know|for the record|you know|i meant|i mean(?: that)?|i must say|i have to say|as i said|like i said|currently|nowadays|these days|right now|at the moment|recently|lately|now|then|just|both|i can confirm|good news|big news|turns out)\b[\s,:!.-]*(?:that\s+)?|(?:yes|yeah|yep|yup|no|nope|sure|right|sorry|thanks|thank you(?: so much)?|hi|hey|hello|hiya|good (?:morning|afternoon|evening)|please note|note|remember|reminder|update|quick update|news|correction|ps|wait|great|cool|wow|haha|lol|aww?)(?:\s+(?:there|all|everyone|everybody|again|team|folks|guys|\p{Lu}\p{Ll}+))?(?:\s*[,:!.–-]+\s*|\s+(?=(?:i|i'm|my|this)\s))(?:that\s+)?)/iu;
const HEDGE =
  /^(?:i think|i guess|i believe|i suppose|i feel like|apparently|probably|presumably|it seems|it looks like|as far as i know|afaik|rumou?r has it)\b,?\s*(?:that\s+)?/i;
const TRAILING_HEDGE = /,?\s+(?:i think|i guess|i believe|i suppose|apparently|probably|as far as i know)$/i;
const UNCERTAIN = /\b(?:might|maybe|perhaps|could|should|would(?! (?:rather|prefer)\b))\b/i;
const SUBORDINATE =
  /^(?:when|once|whenever|before|until|after (?:i|we)|as soon as|as long as|in case|even|why|how|what|who|where|which|because of|like when)\b/i;
const LEADING_TIME =
  /^((?:(?:last|next|this|these|every)\s+(?:\p{L}+\s+)?(?:\p{L}*day|week|weekend|month|year|quarter|spring|summer|autumn|fall|winter|january|february|march|april|may|june|july|august|september|october|november|december)s?|(?:since|in|at|on|from|by|over|during|after|before|for)\b(?:\s+[^\s,]+){1,6}?|yesterday|today|tomorrow|earlier|later|a (?:few|couple of) \p{L}+ ago),?\s+)(?=(?:i|we|my|our)\s)/iu;
const IS_TIME =
  /^(?:since|until|last|next|this|these|every|yesterday|today|tomorrow|a (?:few|couple))\b|\d|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|week|weekend|month|year|spring|summer|autumn|fall|winter|christmas|easter)s?\b/i;
const ENDED = /\s+(?:any\s?more|any longer)$/i;
const OPENINGS_MAX = 5;

/** A clause with its parts, or nothing where it asserts nothing of its own. */
export function clauseOf(raw: string): Clause | undefined {
  const opened = withoutOpenings(writtenOut(raw.trim()));
  const hedged = opened.text.replace(HEDGE, '').replace(TRAILING_HEDGE, '');
  if (hedged === '' || SUBORDINATE.test(hedged) || UNCERTAIN.test(hedged)) return undefined;
  const moved = withTimeLast(hedged);
  const ended = ENDED.test(moved);
  const text = moved.replace(ENDED, '');
  const found = subjectAt(text);
  const verb = verbPhraseOf(found?.rest ?? '');
  return {
    text,
    subject: found?.subject,
    phrase: verb.phrase,
    negation: ended ? 'ended' : verb.negation,
    isCorrection: opened.isCorrection,
    isHedged: hedged !== opened.text || verb.isHedged,
  };
}

function withoutOpenings(text: string): { readonly text: string; readonly isCorrection: boolean } {
  let rest = text;
  let isCorrection = false;
  for (let i = 0; i < OPENINGS_MAX; i += 1) {
    const opening = OPENING.exec(rest)?.[0];
    if (opening === undefined || opening === '') break;
    isCorrection ||= CORRECTING.test(opening);
    rest = rest.slice(opening.length);
  }
  return { text: rest.replace(/[\s.!?…,]+$/, ''), isCorrection };
}

/** "Last year I moved to Rome" reads as "I moved to Rome last year"; what is no time, "after a long talk", goes. */
function withTimeLast(text: string): string {
  const leading = LEADING_TIME.exec(text);
  if (leading === null) return text;
  const rest = text.slice(leading[0].length);
  const time = (leading[1] ?? '').replace(/[\s,]+$/, '');
  return IS_TIME.test(time) ? `${rest} ${time}` : rest;
}

const CONTRACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\bcan'?t\b|\bcannot\b/gi, 'can not'],
  [/\bwon't\b/gi, 'will not'],
  [/\b(do|does|did|is|are|was|were|has|have|had|must)n'?t\b/gi, '$1 not'],
  [/\bi'?m\b/gi, 'I am'],
  [/\b(i|we|you|they)'?ve\b/gi, '$1 have'],
  [/\b(we|you|they)'re\b/gi, '$1 are'],
  [/\b(i|we|you|they|he|she|it)'ll\b/gi, '$1 will'],
  [/\b(i|we|you|they|he|she)'d\b/gi, '$1 would'],
  [/\blet's\b/gi, 'let us'],
  [/\b(it|that|he|she|there|what|who|here|where|how|name)'s\b/gi, '$1 is'],
  [/'s (?=been\b)/gi, ' has '],
  [/'s (?=(?:an?|the|our|my|not|now|also|still|going|currently|allergic|vegan|vegetarian|\w{2,}ing)\b)/gi, ' is '],
  [/\bgonna\b/gi, 'going to'],
  [/\bwanna\b/gi, 'want to'],
];

function writtenOut(text: string): string {
  return text.includes("'") || /\b(?:cannot|gonna|wanna|im|ive|dont|cant|doesnt|isnt)\b/i.test(text)
    ? CONTRACTIONS.reduce((rest, [pattern, full]) => rest.replace(pattern, full), text)
    : text;
}

const AUXILIARY = /^(?:am|is|are|was|were|have|has|had|been|be|will|can|must)$/i;
const ADVERB =
  /^(?:really|also|just|currently|now|still|always|usually|actually|recently|finally|mostly|absolutely|definitely|totally|certainly|already|both|all|sometimes|often|mainly|primarily|truly|kinda|genuinely|generally|typically|especially|officially|personally|even|then|simply|basically|obviously|only\s+just|honestly|proudly|happily|very|so|quite|pretty|super|sort|kind)$/i;
const HEDGING_ADVERB = /^(?:probably|possibly|apparently|supposedly)$/i;
const PAST_HABIT = /^used to\s+(?:be\s+(?!in\b|on\b|at\b|with\b|part\b))?/i;
const STOPPED = /^(?:have |has )?(?:stopped|quit|given up|gave up)\s+(?=\p{L}+ing\b)/iu;

interface VerbPhrase {
  readonly phrase: string;
  readonly negation: Negation;
  readonly isHedged: boolean;
}

function verbPhraseOf(rest: string): VerbPhrase {
  const words = rest.split(' ');
  const kept: string[] = [];
  let negation: Negation = 'none';
  let isHedged = false;
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (/^no$/i.test(word) && /^longer$/i.test(words[at + 1] ?? '')) [negation, at] = ['ended', at + 1];
    else if (/^(?:not|never)$/i.test(word)) negation = 'not';
    else if (HEDGING_ADVERB.test(word)) isHedged = true;
    else if (/^(?:do|does|did)$/i.test(word) && kept.length === 0 && isAuxiliaryDo(words[at + 1])) continue;
    else if (AUXILIARY.test(word)) kept.push(word.toLowerCase());
    else if (!ADVERB.test(word)) break;
  }
  const phrase = [...kept, ...words.slice(at)]
    .join(' ')
    .replace(/^(have|has) got\b(?! to)/i, '$1')
    .replace(/\s+either$/i, '');
  const stopped = phrase.replace(STOPPED, 'am ');
  if (stopped !== phrase) return { phrase: stopped, negation: 'ended', isHedged };
  const habit = phrase.replace(PAST_HABIT, (used) => (/\bbe\s+$/i.test(used) ? 'am ' : ''));
  return habit === phrase ? { phrase, negation, isHedged } : { phrase: habit, negation: 'ended', isHedged };
}

/** "Do not like", "do enjoy": the verb comes after it. In "do yoga" it is the verb. */
function isAuxiliaryDo(next: string | undefined): boolean {
  return (
    next !== undefined &&
    (ADVERB.test(next) ||
      /^(?:not|never|like|love|enjoy|prefer|have|know|use|own|work|live|hate|want|plan)$/i.test(next))
  );
}
