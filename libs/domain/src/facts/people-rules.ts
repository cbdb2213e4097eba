import { capitalNameOf } from './object-text.js';
import { BE, rule, SPEAKER_OR_PERSON, type Finding, type Match, type Rule } from './rule.js';
import { COUNT, isSkill, RELATION, RELATION_ADJECTIVE } from './words.js';

const COMPANION =
  '(?:studied|study|studying|worked|went to (?:school|university|college|uni)|grew up|played|trained|travelled|traveled|climb|climbed|shared a (?:flat|room|office)|hung out|live|lived|hike|play)';

/** People the speaker has, and things and places. */
export const PEOPLE_RULES: readonly Rule[] = [
  {
    predicate: 'related_to_person',
    on: 'clause',
    pattern: rule(
      `(?:my|our)\\s+${RELATION_ADJECTIVE}{0,2}(?<q>${RELATION})(?:'s name)?\\s+(?:is|are)\\s+(?:called\\s+|named\\s+)?(?<o>.+)`,
    ),
    read: relative,
  },
  {
    predicate: 'related_to_person',
    subjects: ['person'],
    pattern: rule(
      `(?:is|are|has been|(?<was>was))\\s+(?:my|our)\\s+${RELATION_ADJECTIVE}{0,2}(?<q>${RELATION})(?=[\\s,]|$)`,
    ),
    read: theirRelative,
  },
  {
    predicate: 'related_to_person',
    subjects: ['person'],
    pattern: rule(
      `(?:is|are|has been|(?<was>was))\\s+(?<o>\\p{Lu}[\\p{L}-]+)(?:'s|')\\s+${RELATION_ADJECTIVE}{0,2}(?<q>${RELATION})(?=[\\s,]|$)`,
    ),
    read: otherRelative,
  },
  {
    predicate: 'related_to_person',
    on: 'clause',
    pattern: rule(
      `(?<o>\\p{Lu}[\\p{L}-]+)(?:'s|')\\s+${RELATION_ADJECTIVE}{0,2}(?<q>${RELATION})\\s+is\\s+(?:called\\s+|named\\s+)?(?<n>\\p{Lu}.*)`,
    ),
    read: relativeOfOther,
  },
  {
    predicate: 'related_to_person',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      '(?:(?:am|is|are|have been|has been|got|was|were)\\s+)*(?<q>married|engaged|dating)\\s+(?:to\\s+)?(?<o>.+)',
    ),
    read: (m) => related(m, m.groups.q?.toLowerCase() === 'married' ? 'spouse' : 'partner'),
  },
  {
    predicate: 'related_to_person',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`${BE}(?:report|reports|reporting)\\s+(?:directly\\s+)?to\\s+(?<o>.+)`),
    read: (m) => related(m, 'manager'),
  },
  {
    predicate: 'related_to_person',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `(?:have|has)\\s+${COUNT}\\s+${RELATION_ADJECTIVE}{0,2}(?<q>${RELATION})(?:\\s+(?:called|named)\\s+(?<o>.+)|(?=$|,|\\s+(?:who|whose|that|in|at|with|and|from|living)\\b))`,
    ),
    read: possessed,
  },

  {
    predicate: 'knows',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `${BE}(?:know|knows|known)\\s+(?:(?:your|my|the|his|her|our)\\s+(?:\\p{L}+\\s+){1,2}?)?(?<o>\\p{Lu}.*)`,
    ),
    read: acquaintance,
  },
  {
    predicate: 'knows',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      '(?:have |has |just )*(?:met(?: up with)?|got to know|gotten to know|befriended|reconnected with|ran into|bumped into|caught up with|became friends with)\\s+(?:(?:a|an|this|my|our|the|your)\\s+(?:\\p{L}+\\s+){1,3}?(?:called\\s+|named\\s+)?)?(?<o>\\p{Lu}.*)',
    ),
    denied: 'none',
    read: acquaintance,
  },
  {
    predicate: 'knows',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `(?:${BE}|(?:was|were)\\s+)(?:(?:good |close |best |old |great )?friends with|introduced to|acquainted with|in touch with)\\s+(?<o>\\p{Lu}.*)`,
    ),
    read: acquaintance,
  },
  {
    predicate: 'knows',
    on: 'clause',
    pattern: rule(
      '[^,]{2,40}?\\s+introduced (?:me|us) to\\s+(?:(?:her|his|their|my|a)\\s+(?:\\p{L}+\\s+){1,2}?)?(?<o>\\p{Lu}.*)',
    ),
    read: acquaintance,
  },
  {
    predicate: 'knows',
    on: 'clause',
    pattern: rule(
      '(?<o>\\p{Lu}\\p{L}+(?:\\s\\p{Lu}\\p{L}+)?)\\s+and (?:i|me)\\s+(?:go way back|go back|(?:have )?know[n]? each other|have been (?:good |best )?friends|are (?:good |best |old |close )?friends|met|went to|grew up)',
    ),
    read: acquaintance,
  },
  {
    predicate: 'knows',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`${BE}(?:used to\\s+)?${COMPANION}\\s+(?:together\\s+)?with\\s+(?<o>\\p{Lu}.*)`),
    denied: 'none',
    read: acquaintance,
  },
];

function relative({ groups }: Match): Finding | undefined {
  const name = capitalNameOf(groups.o);
  const relation = groups.q?.toLowerCase();
  return name === undefined || relation === undefined
    ? undefined
    : { object: name, qualifier: relation, aliases: [relation] };
}

function theirRelative({ groups, clause }: Match): Finding | undefined {
  const { subject } = clause;
  if (subject?.kind !== 'person' || subject.relation !== undefined || groups.q === undefined) return undefined;
  return {
    object: subject.name,
    qualifier: groups.q.toLowerCase(),
    aliases: [groups.q.toLowerCase()],
    isEnded: groups.was !== undefined,
    subject: 'speaker',
  };
}

function otherRelative({ groups, clause }: Match): Finding | undefined {
  if (clause.subject?.kind !== 'person' || groups.o === undefined || groups.q === undefined) return undefined;
  return {
    object: clause.subject.name,
    qualifier: groups.q.toLowerCase(),
    isEnded: groups.was !== undefined,
    subject: { type: 'person', name: groups.o },
  };
}

function relativeOfOther({ groups }: Match): Finding | undefined {
  const name = capitalNameOf(groups.n);
  if (name === undefined || groups.o === undefined || !/^\p{Lu}/u.test(groups.o) || groups.q === undefined)
    return undefined;
  return { object: name, qualifier: groups.q.toLowerCase(), subject: { type: 'person', name: groups.o } };
}

function related({ groups }: Match, qualifier: string): Finding | undefined {
  const name = capitalNameOf(groups.o);
  return name === undefined ? undefined : { object: name, qualifier };
}

function possessed({ groups }: Match): Finding | undefined {
  const relation = groups.q?.toLowerCase();
  if (relation === undefined) return undefined;
  const name = capitalNameOf(groups.o);
  return name === undefined
    ? { object: relation, qualifier: relation }
    : { object: name, qualifier: relation, aliases: [relation] };
}

function acquaintance({ groups }: Match): Finding | undefined {
  const name = capitalNameOf(groups.o);
  if (name === undefined || isSkill(name) || /\d/.test(name)) return undefined;
  return { object: name, stillHolds: true };
}
