const NAME_CHARS_MAX = 256;
const QUOTES = /["“”«»`*]/g;
const APOSTROPHES = /[‘’ʼ]/g;
const LEADING = /^(?:(?:the|an?|my|our|your|his|her|their|its)\s+)+(?=\S)/;
const TRAILING = /(?:'s|s')$|[\s.,;:!?]+$/;

/**
 * The form of a name that is hashed: "the  Atlas project’s" and "Atlas Project" are one entity. Unicode NFKC, lower case,
 * single spaces, no quotes, no leading articles or possessive pronouns, no possessive ending, at most 256 characters.
 */
export function normalisedName(name: string): string {
  const folded = name
    .slice(0, NAME_CHARS_MAX * 4)
    .normalize('NFKC')
    .toLowerCase()
    .replace(QUOTES, '')
    .replace(APOSTROPHES, "'")
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, NAME_CHARS_MAX);
  return withoutEnding(folded.replace(LEADING, ''));
}

function withoutEnding(name: string): string {
  const shorter = name.replace(TRAILING, (ending) => (ending === "s'" ? 's' : ''));
  return shorter === name || shorter === '' ? name : withoutEnding(shorter);
}
