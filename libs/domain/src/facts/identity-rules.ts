import { nameOf, nameOrNounOf, nounOf, shortNounOf } from './object-text.js';
import { BE, rule, SPEAKER_OR_PERSON, type Finding, type Match, type Rule } from './rule.js';
import { looksLikeName, ROLE_HEAD } from './words.js';

const ROLE_OPENING = '(?:an?|the|our|my|your|their)\\s+(?:new\\s+|current\\s+|only\\s+|official\\s+|acting\\s+)?';
const NAME_AT_END = '(?=\\s+(?:from|here|and|by the way|speaking|with|at)\\b|\\s*,|\\s*$)';

/** Who somebody is: names, roles, and where they work. */
export const IDENTITY_RULES: readonly Rule[] = [
  {
    predicate: 'name_is',
    on: 'clause',
    pattern: rule(
      '(?:my|the)\\s+(?:full\\s+|first\\s+|last\\s+|real\\s+|legal\\s+)?name is\\s+(?<not>not\\s+)?(?:now\\s+|actually\\s+)?(?<o>.+)',
    ),
    read: named,
  },
  {
    predicate: 'name_is',
    on: 'clause',
    pattern: rule(
      '(?:(?:you can|please|just|everyone|everybody|people|friends|my friends|they|folks|most people|feel free to|all my friends)\\s+){0,3}calls? me\\s+(?<o>.+)',
    ),
    read: named,
  },
  {
    predicate: 'name_is',
    subjects: ['speaker'],
    pattern: rule('(?:am (?:called|named)|go by(?: the name(?: of)?)?|am known as)\\s+(?<o>.+)'),
    read: named,
  },
  {
    predicate: 'name_is',
    subjects: ['speaker'],
    pattern: rule(`am\\s+(?<o>\\p{L}[\\p{L}'-]+(?:\\s+\\p{L}[\\p{L}'-]+){0,2}?)${NAME_AT_END}`),
    denied: 'none',
    read: introduced,
  },
  {
    predicate: 'name_is',
    on: 'clause',
    pattern: rule("this is\\s+(?<o>\\p{L}[\\p{L}'-]+(?:\\s+\\p{L}[\\p{L}'-]+)?)\\s+(?:from|here|speaking|at|with)\\b"),
    read: introduced,
  },
  {
    predicate: 'name_is',
    on: 'clause',
    pattern: rule("(?<o>\\p{L}[\\p{L}'-]+(?:\\s+\\p{L}[\\p{L}'-]+)?)\\s+here$"),
    read: introduced,
  },

  {
    predicate: 'has_role',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`(?:(?:am|is|are|(?:have|has) been|(?<was>was|were))\\s+)(?:${ROLE_OPENING})?(?<o>.+)`),
    read: role,
  },
  {
    predicate: 'has_role',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `${BE}(?:work|works|working|(?<was>worked))\\s+(?:(?:at|for|in|with)\\s+[^,;]{2,40}?\\s+)?(?:mainly\\s+)?as\\s+(?:an?|the|our)\\s+(?<o>.+)`,
    ),
    read: (m) => ended(m, roleTextOf(m.groups.o ?? '')),
  },
  {
    predicate: 'has_role',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      `(?:was |were |got |have |has |been |am |is )*(?:promoted|appointed|hired|elected|made)\\s+(?:to be |to become |to |as )?(?:${ROLE_OPENING})?(?<o>.+)`,
    ),
    read: headed,
  },
  {
    predicate: 'has_role',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      `(?:have |has )?(?:became|become|started(?: working)? as|started out as|qualified as|retrained as|took over as)\\s+(?:${ROLE_OPENING})?(?<o>.+)`,
    ),
    read: headed,
  },
  {
    predicate: 'has_role',
    on: 'clause',
    pattern: rule(
      'my\\s+(?:current\\s+|new\\s+|official\\s+)?(?:job title|title|role|position|profession|occupation|day job)\\s+is\\s+(?:(?:that of )?(?:an?|the)\\s+)?(?<o>.+)',
    ),
    read: ({ groups }) => found(nounOf(groups.o ?? '')),
  },
  {
    predicate: 'has_role',
    on: 'sentence',
    pattern: rule('(?:speaking )?as an?\\s+(?<o>[^,]{3,50}),\\s+(?:i|my|we)\\b'),
    read: headed,
  },

  {
    predicate: 'works_at',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `${BE}(?:employed|(?<was>worked)|work|works|working|interning|intern)\\s+(?:part-time\\s+|full-time\\s+|remotely\\s+|there\\s+)?(?:at|for|by)\\s+(?<o>.+)`,
    ),
    read: (m) =>
      ended(
        m,
        employerOf(
          m.groups.o ?? '',
          /^\S+\s+(?:at|for|by)\b/i.test(m.clause.phrase.replace(/^(?:(?:am|is|are|have|has|been)\s+)*/i, '')),
        ),
      ),
  },
  {
    predicate: 'works_at',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      '(?:have |has |am |is )?(?:start|starts|started|starting|began|begin)\\s+(?:work |working |a new job |my new job |a job )?(?:at|for|with)\\s+(?<o>.+)',
    ),
    read: (m) => found(nameOf(m.groups.o ?? '')),
  },
  {
    predicate: 'works_at',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      '(?:have |has |am |is )?(?:got|found|landed|took|taken|accepted|have|has|started|starting|scored)\\s+(?:an?|my|the|his|her)?\\s*(?:[\\p{L}-]+\\s+){0,2}?(?:job|role|position|gig|offer|internship)\\s+(?:at|with|from)\\s+(?<o>.+)',
    ),
    read: (m) => found(nameOf(m.groups.o ?? '')),
  },
  {
    predicate: 'works_at',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule('(?:have |has )?(?:joined|been hired by)\\s+(?!the\\s)(?<o>.+)'),
    read: (m) => found(employerNameOf(m.groups.o ?? '')),
  },
  {
    predicate: 'works_at',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      '(?:have |has |am |is |was |got )*(?:left|quit|leaving|quitting|resigned from|retired from|fired from|laid off from|laid off by|let go (?:by|from))\\s+(?:my (?:old )?(?:job|position|role) (?:at|with)\\s+)?(?!the\\s)(?<o>.+)',
    ),
    read: (m) => endedAt(employerNameOf(m.groups.o ?? '')),
  },
  {
    predicate: 'works_at',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `(?:am|is|are|(?<was>was|were)|(?:have|has) been)\\s+(?:an?|the)\\s+(?<r>[^,.;]{3,50}?)\\s+(?:at|with)\\s+(?<o>.+)`,
    ),
    read: (m) => (isRole(m.groups.r ?? '') ? ended(m, nameOf(m.groups.o ?? '')) : undefined),
  },
  {
    predicate: 'works_at',
    on: 'clause',
    pattern: rule(
      '(?:my|our)\\s+(?:current\\s+|new\\s+)?(?:employer|company|workplace|firm|company name)\\s+(?:is\\s+|(?<c>called)\\s+){1,2}(?<o>.+)',
    ),
    read: (m) => found(nameOf(m.groups.o ?? '')),
  },
];

function found(object: string | undefined): Finding | undefined {
  return object === undefined ? undefined : { object };
}

function endedAt(object: string | undefined): Finding | undefined {
  return object === undefined ? undefined : { object, isEnded: true };
}

/** The past tense alone says that it is over: "I worked at", "my father was". */
function ended({ groups }: Match, object: string | undefined): Finding | undefined {
  return groups.was === undefined ? found(object) : endedAt(object);
}

function named({ groups }: Match): Finding | undefined {
  const text = groups.o ?? '';
  const surnameFirst = /^(\p{Lu}[\p{L}'-]+),\s+((?:\p{Lu}[\p{L}'-]+\s+)+\1)$/u.exec(text);
  const name = surnameFirst?.[2] ?? nameOf(text);
  return groups.not === undefined ? found(name) : endedAt(name);
}

/** "I'm Luca" is a name only when each word is written as one. */
function introduced({ groups }: Match): Finding | undefined {
  const words = (groups.o ?? '').split(' ');
  return words.every((word) => /^\p{Lu}/u.test(word) && looksLikeName(word)) ? found(words.join(' ')) : undefined;
}

function role(match: Match): Finding | undefined {
  const text = match.groups.o ?? '';
  const object = roleTextOf(text);
  if (object === undefined || !isRole(object)) return undefined;
  const hasArticle = /\b(?:an?|the|our|my|your|their)\s/i.test(
    match.clause.phrase.slice(0, match.clause.phrase.length - text.length),
  );
  return hasArticle || /^(?:head|co-?founder|founder|ceo|cto|chair|director|president)\b/i.test(object)
    ? ended(match, object)
    : undefined;
}

function headed({ groups }: Match): Finding | undefined {
  const object = roleTextOf(groups.o ?? '');
  return object !== undefined && isRole(object) ? { object } : undefined;
}

/** "Head of marketing at Acme" is head of marketing. */
function roleTextOf(text: string): string | undefined {
  return nounOf(text.replace(/\s(?:at|for|in|with|on|by|from|before|after|during|living|based|working|and)\s.*$/i, ''));
}

/** The last word before "of" names the role: "head of marketing" is a head. */
function isRole(text: string): boolean {
  const words = text.replace(/\s(?:of|for|at|in|on|with)\s.*$/i, '').split(' ');
  return words.length <= 5 && ROLE_HEAD.test(words.at(-1) ?? '');
}

const NO_EMPLOYER =
  /^(?:home|night|nights|day|free|myself|me|us|fun|hours|years|months|weeks|days|a living|a while|a long time|the moment|least|long|now|it|that|this|them|him|her|you|children|kids|people|animals|clients|customers|others|everyone|something|office|all|different|many|some|ages|it|some|two|three|four|five|six|\d)/i;

function employerOf(text: string, isAt: boolean): string | undefined {
  if (NO_EMPLOYER.test(text)) return undefined;
  const name = nameOf(text);
  if (name !== undefined) return /^\p{Lu}\p{Ll}+$/u.test(name) && !isAt ? undefined : name;
  const ofName = /^(?:the\s+)?(\p{L}+ of \p{Lu}\p{L}+)/u.exec(text)?.[1];
  if (!isAt) return undefined;
  return ofName ?? nameOrNounOf(text.replace(/\s(?:as|since)\s.*$/i, '')) ?? shortNounOf(text);
}

function employerNameOf(text: string): string | undefined {
  const name = nameOf(text);
  return name === undefined ||
    /\b(?:team|club|group|choir|committee|project|band|church|association|union)\b/i.test(
      text.slice(0, name.length + 24),
    )
    ? undefined
    : name;
}
