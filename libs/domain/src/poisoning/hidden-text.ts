/** Any of the characters looked at below; most texts have none and are done with this one test. */
const ANY =
  /[\u00ad\u115f\u1160\u180e\u200b-\u200d\u202d\u202e\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff\uffa0\u{e0000}-\u{e01ef}]/u;
/** Without a glyph, without a use in plain text, or both. */
const UNSEEN =
  /[\u00ad\u115f\u1160\u180e\u200b-\u200d\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff\uffa0\u{e0100}-\u{e01ef}]/u;
const BLACK_FLAG = 0x1f3f4;
const TAG_FIRST = 0xe0000;
const TAG_LAST = 0xe007f;
/** A joined emoji has two in a row: a variation selector and a joiner. */
const UNSEEN_RUN_MIN = 4;
/** Invisible tags that follow no flag. */
const TAGS_MIN = 3;
/** Words cut by unseen characters, letter by letter: a long name in a manual has two or three places to break. */
const CUT_WORDS_MIN = 6;
const CUT = /[a-z][\u200b\u2060-\u2064\ufeff\u00ad](?=[a-z])/giu;

/**
 * Whether a text hides something from whoever reads it: invisible tags, runs of characters without width, words cut by
 * them, or marks that make the writing run backwards. The joiners of emoji, Persian and Indic words, the marks of Hebrew
 * and Arabic and the flags of regions are not that. Linear in the length of the text.
 */
export function hidesText(text: string): boolean {
  if (!ANY.test(text)) return false;
  return hasHiddenRun(text) || (text.match(CUT)?.length ?? 0) >= CUT_WORDS_MIN;
}

function hasHiddenRun(text: string): boolean {
  let run = 0;
  let tags = 0;
  let isFlag = false;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0x202d || code === 0x202e) return true;
    if (code >= TAG_FIRST && code <= TAG_LAST) {
      if (!isFlag) tags += 1;
      if (tags >= TAGS_MIN) return true;
      continue;
    }
    isFlag = code === BLACK_FLAG;
    run = UNSEEN.test(character) ? run + 1 : 0;
    if (run >= UNSEEN_RUN_MIN) return true;
  }
  return false;
}

/** The text as a model reads it: one form of each letter, nothing unseen, small letters, single spaces. */
export function foldedText(text: string): string {
  const seen = BEYOND_ASCII.test(text) ? text.normalize('NFKC').replace(UNSEEN_ALL, '') : text;
  return seen
    .toLowerCase()
    .replace(/[^\S\n]+/g, ' ')
    .replace(SPELT_OUT, (spelt) => spelt.replaceAll(' ', ''));
}

const BEYOND_ASCII = /[^\0-\x7f]/;
const UNSEEN_ALL = new RegExp(
  '[\\u00ad\\u115f\\u1160\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\u{e0000}-\\u{e01ef}]',
  'gu',
);
/** "i g n o r e". */
const SPELT_OUT = /\b[a-z] (?:[a-z] ){2,}[a-z]\b/g;
