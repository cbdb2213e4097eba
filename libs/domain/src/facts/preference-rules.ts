import { nounOf, partsOf, shortNounOf, withoutArticle } from './object-text.js';
import { BE, rule, SPEAKER_OR_PERSON, type Finding, type Match, type Rule } from './rule.js';

const FOND =
  '(?:an?\\s+)?(?:big|huge|great|massive|real)?\\s*(?:fan of|fond of|into|keen on|obsessed with|crazy about|mad about|passionate about|partial to|addicted to|hooked on|in love with)';
const LIKE = '(?:like|likes|love|loves|loving|enjoy|enjoys|enjoying|adore|adores|favou?r|favou?rs)';
const DISLIKE =
  '(?:hate|hates|dislike|dislikes|detest|detests|loathe|loathes|despise|despises|avoid|avoids|avoiding|abhor|am sick of|am tired of|(?:try|tries|trying|prefer) to (?:avoid|stay away from|keep away from|steer clear of)|(?:stay|stays|staying|keep|keeps|steer|steers) (?:away from|clear of|off))';

/** What the speaker, or somebody the speaker names, likes and what they keep away from. */
export const PREFERENCE_RULES: readonly Rule[] = [
  {
    predicate: 'prefers',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`${BE}(?:prefers?|preferring|would prefer)\\s+(?<o>.+)`),
    read: (m) => liked(m, preferred(m)),
  },
  {
    predicate: 'prefers',
    subjects: ['speaker'],
    pattern: rule('would rather\\s+(?:have|get|use|take|see|read|eat|drink)?\\s*(?<o>.+)'),
    denied: 'none',
    read: (m) => finding(preferred(m)),
  },
  {
    predicate: 'prefers',
    subjects: ['speaker', 'person', 'pet'],
    pattern: rule(`${BE}${LIKE}\\s+(?:it when\\s+|to\\s+)?(?:the\\s+)?(?<o>.+)`),
    read: likedOrAvoided,
  },
  {
    predicate: 'prefers',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`${BE}${FOND}\\s+(?<o>.+)`),
    read: likedOrAvoided,
  },
  {
    predicate: 'prefers',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      '(?:can not get enough of|live for|have a (?:soft spot|weakness|thing) for|swear by|swears by)\\s+(?<o>.+)',
    ),
    denied: 'none',
    read: (m) => finding(nounOf(m.groups.o ?? '')),
  },
  {
    predicate: 'prefers',
    on: 'clause',
    pattern: rule(
      "(?:(?:my|our)|(?<s>\\p{Lu}\\p{Ll}+)'s)\\s+(?:all-time\\s+|absolute\\s+|new\\s+|current\\s+)?favou?rite\\s+(?<q>[\\p{L}-]+(?:\\s[\\p{L}-]+){0,3}?)\\s+(?:is|are|has (?:always )?been|have (?:always )?been|would be)\\s+(?:definitely\\s+|still\\s+|probably\\s+|now\\s+|by far\\s+|the\\s+)?(?<o>.+)",
    ),
    read: favourite,
  },
  {
    predicate: 'prefers',
    on: 'clause',
    pattern: rule(
      "(?:the\\s+)?(?<o>[\\p{L}\\p{N}'-]+(?:\\s[\\p{L}\\p{N}'-]+){0,4}?)\\s+(?:is|are)\\s+(?:definitely\\s+|still\\s+|by far\\s+)?(?:my|our)\\s+(?:all-time\\s+|absolute\\s+|new\\s+|current\\s+)?favou?rite(?:\\s+(?<q>[\\p{L}-]+))?",
    ),
    read: favourite,
  },
  {
    predicate: 'prefers',
    on: 'clause',
    pattern: rule(
      '(?<o>[\\p{L}\\p{N}-]+(?:\\s[\\p{L}\\p{N}-]+){0,4}?)\\s+(?:works?|suits?)\\s+(?:(?:much\\s+)?better|best|great)?\\s*(?:for\\s+)?(?:me|us)(?:\\s+(?:best|better))?(?:\\s|$)',
    ),
    read: ({ groups }) => finding(nounOf(groups.o ?? '')),
  },
  {
    predicate: 'avoids',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`${BE}${DISLIKE}\\s+(?:it when\\s+|to\\s+)?(?<o>.+)`),
    read: disliked,
  },
  // "can not stand" loses its "not" with every other denial, so it is told by what is left.
  {
    predicate: 'avoids',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule('can (?:stand|bear|tolerate|abide|stomach)\\s+(?<o>.+)'),
    denied: 'only',
    read: (m) => avoided(m.groups.o),
  },
  {
    predicate: 'avoids',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `${BE}(?:eat|eats|eating|drink|drinks|wear|wears|watch|watches|smoke|smokes|consume|touch)\\s+(?<o>.+)`,
    ),
    denied: 'only',
    read: (m) => avoided(m.groups.o),
  },
];

const OVER = /\s(?:over|rather than|instead of|than|as opposed to)\s.*$/i;
// "Tea to coffee" is tea; "to walk" and "talking to people" are whole.
const TO = /^(?!to\s)(\S+(?:\s\S+){0,3}?)(?<!ing)\sto\s.*$/i;

function preferred({ groups }: Match): string | undefined {
  return nounOf(
    (groups.o ?? '')
      .replace(OVER, '')
      .replace(TO, '$1')
      .replace(/^to\s+/i, ''),
  );
}

function liked({ clause }: Match, object: string | undefined): Finding | readonly Finding[] | undefined {
  return clause.negation === 'not' ? undefined : finding(object);
}

function likedOrAvoided({ clause, groups }: Match): Finding | readonly Finding[] | undefined {
  if (/^(?:would|will)\b/i.test(clause.phrase)) return undefined;
  return clause.negation === 'not' ? avoided(groups.o) : finding(nounOf(groups.o ?? ''));
}

/** Denied, "I don't hate it" says nothing about a liking. */
function disliked({ clause, groups }: Match): Finding | undefined {
  const object = clause.negation === 'not' ? undefined : nounOf(groups.o ?? '');
  return object === undefined ? undefined : { object };
}

function avoided(text: string | undefined): Finding | undefined {
  const object = nounOf(text ?? '');
  return object === undefined || POINTS.test(` ${object}`) ? undefined : { object, predicate: 'avoids' };
}

// "Seeing them eat" says nothing to who does not know whom it means.
const POINTS = /\s(?:it|him|her|them|you|me|us|this|that|their|his|your)(?=\s|$)/i;

function finding(object: string | undefined): Finding | readonly Finding[] | undefined {
  if (object === undefined || POINTS.test(` ${object}`)) return undefined;
  return partsOf(object.replace(/^both\s+/i, '')).map((part) => ({ object: part }));
}

function favourite({ groups }: Match): Finding | undefined {
  const object = groups.q === undefined ? shortNounOf(groups.o ?? '') : nounOf(groups.o ?? '');
  if (object === undefined) return undefined;
  const subject = groups.s === undefined ? {} : { subject: { type: 'person' as const, name: groups.s } };
  const qualifier = groups.q?.toLowerCase();
  return { object: withoutArticle(object), ...subject, ...(qualifier === undefined ? {} : { qualifier }) };
}
