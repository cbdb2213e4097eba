import type { Predicate } from '../facts/predicates.js';

/**
 * How a question asks for a relation, matched against its words in lower case between single spaces. A cue names one or
 * more relations; a question may have several cues.
 */
const CUES: readonly (readonly [RegExp, readonly Predicate[]])[] = [
  [/ (?:live|lives|living|lived|home|address|reside|resides|moved?|based|city|town|country|where from) /, ['lives_in']],
  [
    / (?:employers?|employed|employs?|company|companies|firm|workplace|work at|works at|working at|work for|works for) /,
    ['works_at'],
  ],
  [/ (?:work|works|working|job) /, ['works_at', 'has_role', 'works_on']],
  [/ (?:role|job|profession|occupation|position|title|for a living|career) /, ['has_role']],
  [/ (?:project|projects|working on|works on|work on|building|involved) /, ['works_on']],
  [/ (?:status|state of|progress|going with|done with) /, ['status_is']],
  [
    / (?:prefer|prefers|preferred|preference|preferences|favou?rite|likes?|loves?|enjoys?|fond of|hobb(?:y|ies)) /,
    ['prefers'],
  ],
  [
    / (?:avoids?|dislikes?|hates?|allerg(?:y|ic|ies)|can't (?:eat|stand|have)|cannot (?:eat|stand|have)|not like) /,
    ['avoids', 'constrained_by'],
  ],
  [
    / (?:eat|drink|food|order|diet|dietary|meal|restaurant|recommend|suggest) /,
    ['prefers', 'avoids', 'constrained_by'],
  ],
  [/ (?:constraints?|limits?|restrictions?|requirements?|allowed|must|deadline|budget) /, ['constrained_by']],
  [
    / (?:uses?|framework|tool|stack|language|runs on|written in|built with|software|database|library) /,
    ['uses', 'related_to'],
  ],
  [/ (?:owns?|own|pets?|dogs?|cats?|car|cars|bike) /, ['owns']],
  [/ (?:name|named|called) /, ['name_is', 'related_to_person']],
  [
    / (?:who is|who's|who are|whom|know|knows?|met|married|family|relatives?|siblings?|acquainted) /,
    ['related_to_person', 'knows'],
  ],
  [/ (?:team|member|belongs?|group|club|department|join|joins|joined) /, ['member_of']],
  [/ (?:schedule|scheduled|appointment|due|takes? place|deadline|launch(?:es)?|release|releases) /, ['scheduled_for']],
  [/ (?:decided?|decision|decisions|chose|choice|agreed|settled|go with|went with|pick(?:ed)?) /, ['decided']],
  [/ (?:plan|subscription|tier|enterprise|licen[cs]e) /, ['plan_is', 'scheduled_for']],
  [/ (?:account|accounts|handle|username|email|e-mail|phone) /, ['account_is']],
  [
    / (?:related|connected|connection|relation|relationship|involve|involves|between|depends?|replaces?) /,
    ['related_to'],
  ],
];

/** The relations that a question asks for by its words; none for one that asks for none of them. */
export function askedPredicatesOf(question: string): ReadonlySet<Predicate> {
  const words =
    question
      .slice(0, QUESTION_CHARS_MAX)
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{N}'-]+/gu) ?? [];
  const line = ` ${words.join(' ')} `;
  // "When did she move?" asks for a time, whatever else its words say: the turn that tells of it has it, not the fact.
  if (ASKS_WHEN.test(line)) return new Set(['scheduled_for']);
  return new Set(CUES.flatMap(([cue, predicates]) => (cue.test(line) ? predicates : [])));
}

const ASKS_WHEN = / (?:when|how long|how often|how many times|what time|what day|what date) /;
const QUESTION_CHARS_MAX = 2_000;
