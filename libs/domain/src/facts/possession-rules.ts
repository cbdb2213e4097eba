import { capitalNameOf, nameOf, nameOrNounOf, nounOf, partsOf, shortNounOf } from './object-text.js';
import { BE, rule, SPEAKER_OR_PERSON, type Finding, type Match, type Rule } from './rule.js';
import { COUNT, OWNABLE } from './words.js';

/** What somebody has, and where they live. */
export const POSSESSION_RULES: readonly Rule[] = [
  {
    predicate: 'owns',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`(?:have|has)\\s+(?:${COUNT}\\s+)(?<o>.+)`),
    read: possession,
  },
  {
    predicate: 'owns',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule('(?:have |has )?(?:own|owns|owned)\\s+(?:(?:an?|the|my own|our own|some)\\s+)?(?<o>.+)'),
    read: ({ groups, clause }) => things(nounOf(groups.o ?? ''), /\bowned\b/i.test(clause.phrase)),
  },
  {
    predicate: 'owns',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      `(?:have |has )?(?:bought|purchased|adopted|acquired|inherited)\\s+(?:myself\\s+|ourselves\\s+)?(?:(?:${COUNT}|my|our|his|her)\\s+)(?<o>.+)`,
    ),
    read: bought,
  },
  {
    predicate: 'owns',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      `(?:have |has )?(?:got|treated|picked up|gotten)\\s+(?:(?:myself|ourselves|himself|herself)\\s+(?:to\\s+)?)?(?:(?:${COUNT}|my|our)\\s+)(?<o>.+)`,
    ),
    read: got,
  },
  {
    predicate: 'owns',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      '(?:have |has )?(?:sold|gave away|given away|got rid of|gotten rid of|donated|returned|scrapped)\\s+(?:my|our|the|his|her)\\s+(?:old\\s+)?(?<o>.+)',
    ),
    read: ({ groups }) => things(shortNounOf(groups.o ?? ''), true),
  },
  {
    predicate: 'owns',
    on: 'clause',
    pattern: rule(
      `(?:my|our)\\s+(?:new\\s+|old\\s+)?(?<k>${OWNABLE})\\s+(?:is|are)\\s+(?:an?\\s+|called\\s+|named\\s+)(?<o>.+)`,
    ),
    read: kindOfOwn,
  },

  {
    predicate: 'lives_in',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `${BE}(?:live|lives|living|(?<was>lived)|reside|resides|based|residing|settled)\\s+(?:here\\s+|right\\s+|together\\s+|alone\\s+|over\\s+|out\\s+|down\\s+)?(?:in|near|outside|just outside)\\s+(?<o>.+)`,
    ),
    read: place,
  },
  {
    predicate: 'lives_in',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      '(?:have |has )?(?:moved|relocated|emigrated)\\s+(?:back\\s+|over\\s+|out\\s+|up\\s+|down\\s+|here\\s+|home\\s+|together\\s+|away\\s+)?(?:from\\s+(?<from>.{2,30}?)\\s+)?to\\s+(?<o>.+)',
    ),
    read: moved,
  },
  {
    predicate: 'lives_in',
    on: 'clause',
    pattern: rule('home (?:is|has been)\\s+(?:now\\s+|currently\\s+)?(?:in\\s+)?(?<o>\\p{Lu}.*)'),
    read: ({ groups }) => one(capitalNameOf(groups.o)),
  },
  {
    predicate: 'lives_in',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule('(?:have |has )?(?:called?|calls)\\s+(?<o>\\p{Lu}.*?)\\s+home\\b'),
    read: ({ groups }) => one(capitalNameOf(groups.o)),
  },
];

function one(object: string | undefined): Finding | undefined {
  return object === undefined ? undefined : { object };
}

function things(object: string | undefined, isEnded = false): Finding | readonly Finding[] | undefined {
  return object === undefined
    ? undefined
    : partsOf(object).map((part) => ({ object: part.replace(/^(?:an?|two|three|four|five|\d+)\s+/i, ''), isEnded }));
}

const OWNABLE_HEAD = new RegExp(`(?:^|\\s)${OWNABLE}$`, 'iu');
const CONSUMED =
  /\b(?:coffee|tea|beer|wine|drinks?|tickets?|groceries|food|lunch|dinner|bread|milk|pizza|cake|gifts?|presents?|snacks?|meal|flights?|round)\b/i;

function possession({ groups }: Match): Finding | readonly Finding[] | undefined {
  const called = calledOf(groups.o ?? '');
  if (called !== undefined) return called;
  const object = shortNounOf(groups.o ?? '');
  if (object === undefined) return undefined;
  const owned = partsOf(object).map((part) => part.replace(/^(?:an?|two|three|four|five|\d+)\s+/i, ''));
  return owned.every((part) => OWNABLE_HEAD.test(part)) ? owned.map((part) => ({ object: part })) : undefined;
}

function calledOf(text: string): Finding | undefined {
  const match = /^(.{2,40}?),?\s+(?:called|named)\s+(.+)$/i.exec(text);
  const name = capitalNameOf(match?.[2]);
  if (match === null || name === undefined || !OWNABLE_HEAD.test(match[1] ?? '')) return undefined;
  return { object: name, aliases: [match[1] ?? ''] };
}

function bought({ groups }: Match): Finding | readonly Finding[] | undefined {
  const object = shortNounOf(groups.o ?? '');
  return object === undefined || CONSUMED.test(object) ? undefined : (calledOf(groups.o ?? '') ?? things(object));
}

function got({ groups, clause }: Match): Finding | readonly Finding[] | undefined {
  const object = shortNounOf(groups.o ?? '');
  if (object === undefined) return undefined;
  const forSelf = /\b(?:myself|ourselves|himself|herself)\b/i.test(clause.phrase) && !CONSUMED.test(object);
  return calledOf(groups.o ?? '') ?? (forSelf || OWNABLE_HEAD.test(object) ? things(object) : undefined);
}

function kindOfOwn({ groups, clause }: Match): Finding | undefined {
  const isNamed = /\b(?:called|named)\b/i.test(clause.text);
  const object = isNamed ? capitalNameOf(groups.o) : nameOf((groups.o ?? '').replace(/^\d{4}\s+/, ''));
  return object === undefined || groups.k === undefined ? undefined : { object, aliases: [groups.k.toLowerCase()] };
}

function place({ groups, clause }: Match): Finding | undefined {
  const name = nameOf(groups.o ?? '');
  const object = name ?? nameOrNounOf((groups.o ?? '').replace(/\s(?:with|since|for|and)\s.*$/i, ''));
  if (object === undefined || /^(?:moment|past|present|now|fear|hope|harmony|peace|same|room|house|dorm)/i.test(object))
    return undefined;
  const isOver =
    groups.was !== undefined && !/^(?:have|has)\b/i.test(clause.phrase) && !/\bfrom\s+\d{4}\b/i.test(clause.phrase);
  return { object, isEnded: isOver };
}

function moved({ groups, clause }: Match): readonly Finding[] | undefined {
  const to = nameOf(groups.o ?? '');
  if (to === undefined || /\b(?:project|team|plan|department)\b/i.test(clause.phrase)) return undefined;
  const from = capitalNameOf(groups.from);
  return [...(from === undefined ? [] : [{ object: from, isEnded: true }]), { object: to }];
}
