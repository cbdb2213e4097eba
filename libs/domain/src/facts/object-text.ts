import { looksLikeName } from './words.js';

const WORDS_MAX = 9;
const PHRASE_WORDS_MAX = 24;
const TIME_WORD =
  '(?:yesterday|today|tomorrow|tonight|(?:last|next|this|every|each|earlier this|later this|the last|the past)\\s+(?:week|weekend|month|year|quarter|summer|winter|spring|autumn|fall|morning|evening|afternoon|night|time|day|mon|tues|wednes|thurs|fri|satur|sun|january|february|march|april|may|june|july|august|september|october|november|december|few|couple|\\d+)\\p{L}*|(?:a|an|one|two|three|four|five|six|several|many|a few|\\d+)\\s+(?:day|week|month|year|hour)s?\\s+ago|in\\s+(?:\\d{4}|(?:january|february|march|april|may|june|july|august|september|october|november|december)\\b|my (?:spare|free) time)|on\\s+(?:mon|tues|wednes|thurs|fri|satur|sun)days?|for\\s+(?:now|years|ages|a (?:while|long time)|the (?:last|past)|(?:about |over |almost )?(?:\\d+|one|two|three|four|five|six|seven|eight|nine|ten|twenty|many|several|a few)\\s+(?:day|week|month|year)s?)|from\\s+\\d{4}|since\\b|until\\b|till\\b)';
const TIME = new RegExp(`\\s+${TIME_WORD}`, 'iu');
const LOOSE_END =
  /[.,;:!?()]|\s(?:because|but|when|whenever|where|which|who|whom|whose|so|if|while|although|though|than|instead|too|as well|either|at the moment|right now|these days|nowadays|now|currently|lately|already|again|at all|a lot|very much|so much|more than|the most|by the way|and then|and (?:he|she|it|i|we|they|my|the|that|this|so|am|is|are|was|have|has|got|been|want|need|work|feel|think|try|hope|do|love|like|enjoy|\p{L}{3,}ed))(?=[\s.,;:!?]|$)/iu;
const PREPOSITION =
  /\s(?:for|with|in|on|at|from|to|during|over|near|through|around|via|by|as|about|into|after|before|against|under|together|together with|here|there|personally|well|really)(?=\s|$)/i;
const CLOSING =
  /\s+(?:really|though|myself|too|now|also|still|here|there|yet|anyway|please|instead|mainly|mostly|recently|well)$/i;
const NOTHING =
  /^(?:(?:it|that|this|them|you|him|her|us|me|those|these|one|ones|some|any|all|both|none|something|anything|everything|nothing|someone|anyone|everyone|what|how|to|idea|ideas|so|more|less|much|many|things?|stuff|lot|lots|bit|way|time|there|here|home|the|a|an|my|your|our|of|same|each other|as|not)(?:\s+(?:all|so much|too|very much|guys|both|one|out|up|here|there|way|part|best|most|thing|idea|of (?:it|this|that|them|you|those|these)))?)$/i;
const POINTING =
  /^(?:that|this|these|those|your|his|her|their|its|how|what|when|where|who|why|which|it|you|him|them|us|me|being able|seeing you|hearing|talking to you|chatting)\b/i;
const ARTICLE = /^(?:the|an?|my|our|some|any|own|his|her|their)\s+(?:own\s+)?(?=\S)/i;

/** A thing in few words, up to where another part of the sentence begins. */
export function nounOf(text: string): string | undefined {
  return sound(cutAt(cutAt(text, LOOSE_END), TIME), WORDS_MAX);
}

/** As `nounOf`, and no further than a preposition: "Kafka for events" is Kafka. */
export function shortNounOf(text: string): string | undefined {
  return sound(cutAt(cutAt(cutAt(text, LOOSE_END), TIME), PREPOSITION), WORDS_MAX);
}

/** What somebody decided, plans or must do, with its time and place. */
export function phraseOf(text: string): string | undefined {
  const cut = cutAt(
    text,
    /[;!?()]|\.\s|,?\s(?:because|but|so that|which|although)\s|,\s+(?:and|so|then|which|since)\s/i,
  );
  return sound(cut, PHRASE_WORDS_MAX);
}

const LINK = /^(?:of|the|and|&|de|del|der|van|von|la|le|al|di|da|du|for)$/i;
const NAME_WORDS_MAX = 5;

/** The words in capitals that a text begins with, "City of Vienna" whole; nothing when it begins with none. */
export function nameOf(text: string): string | undefined {
  const words = text.replace(/^(?:the|an?|my|our|your)\s+/i, '').split(' ');
  let end = 0;
  for (let i = 0; i < words.length && i < NAME_WORDS_MAX; i += 1) {
    const word = words[i] ?? '';
    if (looksLikeName(word) || (end > 0 && /^\d/.test(word))) end = i + 1;
    else if (end === 0 || !LINK.test(word)) break;
    if (/[,.;:!?)]$/.test(word) && !/^(?:mrs?|ms|dr|st|prof)\.$/i.test(word)) break;
  }
  const name = words
    .slice(0, end)
    .join(' ')
    .replace(/[,.;:!?)]+$/, '')
    .replace(/'s$/, '');
  return end === 0 || name === '' || /^\d+$/.test(name) ? undefined : name;
}

/** As `nameOf` of a text that begins in a capital itself: patterns do not see case, names do. */
export function capitalNameOf(text: string | undefined): string | undefined {
  return text !== undefined && /^\p{Lu}/u.test(text) ? nameOf(text) : undefined;
}

/** A name where there is one, else a short noun: "Vienna", "small village". */
export function nameOrNounOf(text: string): string | undefined {
  return nameOf(text) ?? shortNounOf(text);
}

/** "Redis and Kafka" are two; longer parts are taken to be one thing. */
export function partsOf(object: string): readonly string[] {
  const parts = object.split(/\s+(?:and|&)\s+|,\s+/);
  if (/\b(?:my|our|your|his|her|their|its)\b/i.test(object)) return [object];
  return parts.every((part) => part !== '' && part.split(' ').length <= 2) ? parts.map(withoutArticle) : [object];
}

export function withoutArticle(text: string): string {
  return text.replace(ARTICLE, '');
}

function cutAt(text: string, pattern: RegExp): string {
  const at = ` ${text}`.search(pattern);
  return at < 0 ? text : text.slice(0, Math.max(0, at - 1));
}

function sound(text: string, wordsMax: number): string | undefined {
  const trimmed = text
    .trim()
    .replace(/[\s.,;:!?…-]+$/, '')
    .replace(CLOSING, '')
    .replace(/[\s,]+$/, '');
  if (trimmed === '' || NOTHING.test(trimmed) || POINTING.test(trimmed)) return undefined;
  const object = withoutArticle(trimmed);
  if (NOTHING.test(object) || !/[\p{L}\p{N}]/u.test(object)) return undefined;
  return object.split(' ').length > wordsMax ? undefined : object;
}
