import { phraseOf } from './object-text.js';
import { BE, rule, SPEAKER_OR_PERSON, type Finding, type Match, type Rule } from './rule.js';

// What is wanted, hoped or intended in passing, in talk about the talk itself.
const MUST_NOT = '(?:allowed|permitted|supposed|able)';
const DIET =
  '(?:vegan|vegetarian|pescatarian|lactose[- ]intolerant|gluten[- ](?:intolerant|free)|coeliac|celiac|diabetic|colou?r-?blind|dyslexic|deaf|teetotal(?:ler)?|halal|kosher|claustrophobic|asthmatic|epileptic|hard of hearing|dairy-free|sober)';

/** What somebody, or a thing, must keep to. */
export const CONSTRAINT_RULES: readonly Rule[] = [
  {
    predicate: 'constrained_by',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`${BE}(?:\\p{L}+ly\\s+)?(?<o>(?:allergic|intolerant|sensitive) to\\s+.+)`),
    read: limit,
  },
  {
    predicate: 'constrained_by',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`${BE}(?:an?\\s+|strictly\\s+|strict\\s+|a strict\\s+)?(?<o>${DIET})(?=$|[\\s,.])`),
    read: ({ groups }) => ({ object: groups.o ?? '' }),
  },
  {
    predicate: 'constrained_by',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      '(?:have|has)\\s+(?:an?\\s+)?(?<o>(?:\\p{L}+\\s+){0,2}?(?:allergy|allergies|intolerance|phobia|asthma|diabetes|coeliac disease|celiac disease)(?:\\s+to\\s+.+)?)',
    ),
    read: limit,
  },
  {
    predicate: 'constrained_by',
    subjects: ['speaker', 'person', 'thing'],
    pattern: rule(`(?:am|is|are)\\s+${MUST_NOT}\\s+to\\s+(?<o>.+)`),
    denied: 'only',
    read: (m) => bound(m, m.clause.phrase.includes('able to') ? 'cannot' : 'not allowed to'),
  },
  {
    predicate: 'constrained_by',
    subjects: ['speaker', 'person', 'thing'],
    pattern: rule('(?:can|must)\\s+(?<o>.+)'),
    denied: 'only',
    read: (m) => bound(m, /^must/i.test(m.clause.phrase) ? 'must not' : 'cannot'),
  },
  {
    predicate: 'constrained_by',
    subjects: ['speaker', 'person'],
    denied: 'none',
    pattern: rule('must\\s+(?<o>.+)'),
    read: (m) => bound(m, 'must'),
  },
  {
    predicate: 'constrained_by',
    subjects: ['thing'],
    denied: 'none',
    pattern: rule('(?:must|(?:has|have) to|needs? to)\\s+(?<o>.+)'),
    read: (m) => bound(m, 'must'),
  },
  {
    predicate: 'constrained_by',
    subjects: SPEAKER_OR_PERSON,
    denied: 'none',
    pattern: rule('(?<h>(?:have|has) to|(?:am|are|is) (?:required|obliged|legally required|bound) to)\\s+(?<o>.+)'),
    read: duty,
  },
  {
    predicate: 'constrained_by',
    subjects: SPEAKER_OR_PERSON,
    denied: 'none',
    pattern: rule('(?:can|could)\\s+only\\s+(?<o>.+)'),
    read: (m) => bound(m, 'can only'),
  },
  {
    predicate: 'constrained_by',
    subjects: ['speaker'],
    denied: 'none',
    pattern: rule('only have\\s+(?<o>.*\\d.*|.*\\b(?:budget|hours?|minutes?|days?|weeks?|months?)\\b.*)'),
    read: (m) => bound(m, 'only have'),
  },
  {
    predicate: 'constrained_by',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule('(?:am|are|is)\\s+(?<o>(?:limited|restricted|capped|bound)\\s+(?:to|at|by)\\s+.+)'),
    read: limit,
  },
  {
    predicate: 'constrained_by',
    on: 'clause',
    pattern: rule(
      '(?:my|our|the)\\s+(?<k>(?:(?:total|monthly|yearly|maximum|max|overall|travel|team|project|weekly)\\s+)?(?:budget|spending limit|rate limit|limit|maximum|quota|price cap|cap))\\s+(?:is|of)\\s+(?<o>.+)',
    ),
    read: budget,
  },
  {
    predicate: 'constrained_by',
    on: 'clause',
    pattern: rule(
      '(?:there (?:is|are|can be|must be)\\s+)?(?<o>(?:absolutely |strictly )?no\\s+(?!worries|problem|way|idea|doubt|one|need|rush|matter|thanks|more|big|pressure|hurry)[\\p{L}-]+(?:\\s+[\\p{L}-]+){0,3}?\\s+(?:on|after|before|during|without|outside|until|between|over)\\s+.+)',
    ),
    read: limit,
  },
];

function limit({ groups }: Match): Finding | undefined {
  const object = phraseOf(groups.o ?? '');
  return object === undefined ? undefined : { object };
}

// "Can't wait", "can't believe": turns of phrase, no limits.
const IDIOM =
  /^(?:wait|believe|imagine|help|remember|find|make it|stand|bear|tolerate|abide|stomach|seem|say|think|complain|recall|decide|tell|get|see|hear|sleep|stop|explain|describe|figure|understand|recommend|thank|be|blame|agree|even|quite|really|deny|express|go wrong|log|keep|put|stress|speak|know|come|talk|access|open|connect|do (?:it|that|this)|forget|miss|have|admit|give up|ask|only)\b/i;

function bound({ groups, clause }: Match, modal: string): Finding | undefined {
  const text = groups.o ?? '';
  if (clause.subject?.kind !== 'thing' && modal !== 'can only' && modal !== 'only have' && IDIOM.test(text))
    return undefined;
  const object = phraseOf(text);
  return object === undefined ? undefined : { object: `${modal} ${object}`, predicate: 'constrained_by' };
}

/** "I have to go" is of the moment; what is bound to a time, or binds us all, is kept. */
function duty(match: Match): Finding | undefined {
  const text = match.groups.o ?? '';
  const isLasting =
    /\b(?:by|before|until|every|always|at least|at most|within|no later|support|comply|follow|only)\b/i.test(text);
  const binds = isLasting || !/^have to/i.test(match.groups.h ?? '');
  return binds ? bound(match, (match.groups.h ?? '').toLowerCase()) : undefined;
}

function budget({ groups }: Match): Finding | undefined {
  const object = phraseOf(groups.o ?? '');
  return object === undefined
    ? undefined
    : { object: `${(groups.k ?? '').toLowerCase()} is ${object}`, subject: 'speaker' };
}
