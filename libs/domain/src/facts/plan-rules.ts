import { nameOf, nounOf, phraseOf, shortNounOf } from './object-text.js';
import { rule, SPEAKER_OR_PERSON, type Finding, type Match, type Rule } from './rule.js';
import { timeIn } from './spoken-time.js';

// What is wanted, hoped or intended in passing, in talk about the talk itself.
const SMALL_VERB =
  '(?:know|thank|ask|say|see|make sure|talk|hear|be|share|tell|check|understand|note|add|mention|show|point out|apologi[sz]e|give|let|try|help|do|get back|emphasi[sz]e|clarify|confirm|think|believe|admit|feel|find out|hug|sleep|bed|need|have|miss|keep|look|send|catch up|chat|get going|go now|run now|leave now|stop|wait|remember|forget|congratulate|wish|stress|remind|like|love)\\b';
const DECIDED = '(?:decided|agreed|resolved|opted|voted|determined|committed)';
const CHOSEN =
  '(?:chose|chosen|picked|selected|settled on|went with|gone with|opted for|going with|(?:am |are )?going to go with|will go with|landed on|signed off on|ruled out|approved|go with)';
/** What somebody decided, means to do and must keep to, and when things take place. */
export const PLAN_RULES: readonly Rule[] = [
  {
    predicate: 'decided',
    on: 'sentence',
    pattern: rule(
      "(?:(?:so|ok|okay|and),?\\s+)?(?:(?:the\\s+|our\\s+|my\\s+)?(?:final\\s+)?(?:decision|verdict|conclusion|resolution)(?:\\s+is|:)|(?:it is|it's|that is|that's) (?:decided|settled|agreed)[:,]?|(?:i|we)(?: have|'ve)? made (?:up )?(?:my|our) (?:minds?|decision)[:,.]?)\\s+(?:that\\s+|to\\s+)?(?<o>.+)",
    ),
    read: decision,
  },
  {
    predicate: 'decided',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `(?:have |has |had )?${DECIDED}\\s+(?:unanimously\\s+|together\\s+|finally\\s+)?(?:to\\s+|on\\s+|that\\s+|for\\s+|in favou?r of\\s+)?(?<o>.+)`,
    ),
    denied: 'none',
    read: decision,
  },
  {
    predicate: 'decided',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`(?:have |has |am |are |had )*${CHOSEN}\\s+(?<o>.+)`),
    denied: 'none',
    read: decision,
  },
  {
    predicate: 'decided',
    on: 'clause',
    pattern: rule('let us (?:go (?:with|for)|stick (?:with|to)|settle on|use)\\s+(?<o>.+)'),
    read: decision,
  },
  {
    predicate: 'decided',
    subjects: ['thing'],
    pattern: rule('(?:won|is (?:the )?(?:winner|final choice|chosen one))$'),
    read: ({ clause }) =>
      clause.subject?.kind === 'thing' ? { object: clause.subject.name, subject: 'speaker' } : undefined,
  },

  {
    predicate: 'plan_is',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `(?:(?:am|is|are|have|has|been)\\s+)*(?:plan|plans|planning|planned|intend|intends|intending|aim|aims|aiming|hope|hopes|hoping|want|wants|wanting|looking|mean|set out|determined|keen|eager)\\s+(?:on\\s+(?=\\p{L}+ing)|to\\s+)(?!${SMALL_VERB})(?<o>.+)`,
    ),
    read: planned,
  },
  {
    predicate: 'plan_is',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `(?:am|is|are)\\s+going\\s+to\\s+(?!${SMALL_VERB}|(?:the|a|an|my|our|his|her|their|go with|this|that|some|school|work|college|university|church|\\p{L}+ing)\\b)(?<o>\\p{Ll}.+)`,
    ),
    read: planned,
  },
  {
    predicate: 'plan_is',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      '(?:am|is|are|have been|has been)\\s+(?:planning|organi[sz]ing)\\s+(?:for\\s+)?(?:an?|our|my|the|his|her)\\s+(?<o>.+)',
    ),
    read: planned,
  },
  {
    predicate: 'plan_is',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      '(?:am|is|are|have been|has been)\\s+(?:thinking (?:of|about)|considering|contemplating|toying with the idea of|looking into)\\s+(?<o>\\p{L}+ing\\b.+)',
    ),
    read: (m) => hedged(planned(m)),
  },
  {
    predicate: 'plan_is',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`will\\s+(?!${SMALL_VERB}|(?:go with|definitely|never)\\b)(?<o>\\p{Ll}.+)`),
    read: willDo,
  },
  {
    predicate: 'plan_is',
    on: 'clause',
    pattern: rule(
      '(?:my|our|the)\\s+(?:big |main |next |new |current |long-term |ultimate |\\p{L}+ )?(?:goal|plan|aim|dream|intention|objective|target|resolution|ambition)(?:\\s+(?:for|this|right)\\s+\\S+(?:\\s\\S+){0,2}?)?\\s+is\\s+(?:still\\s+)?(?:to\\s+)(?<o>.+)',
    ),
    read: planned,
  },

  {
    predicate: 'scheduled_for',
    subjects: ['thing', 'person'],
    pattern: rule(
      '(?:(?:is|are|was|were|has|have|been|will|be|got|gets)\\s+)*(?:scheduled|planned|set|booked|fixed|due|happening|taking place|moved|rescheduled|postponed|pushed(?: back)?|brought forward|delayed|confirmed|takes? place|starts?|begins?|leaves|departs|opens|closes|launches|happens|ends|expires|arrives|lands|goes live|kicks off|coming up|falls|land)\\s*(?:for|to|on|at|until|from)?\\s*(?<o>.+)',
    ),
    read: (m) => takesPlace(m, eventOf(m)),
  },
  {
    predicate: 'scheduled_for',
    subjects: ['thing', 'person'],
    pattern: rule('(?:is|are|will be)\\s+(?:on\\s+|at\\s+|from\\s+)?(?<o>.+)'),
    read: (m) => takesPlace(m, eventOf(m)),
  },
  {
    predicate: 'scheduled_for',
    subjects: ['speaker'],
    denied: 'none',
    pattern: rule(
      "(?:have|am having|are having|have booked|have scheduled|scheduled|booked)\\s+(?:an?|my|our|another|the)\\s+(?<s>(?:[\\p{L}'-]+\\s+){1,4}?)(?<o>(?:on|at|for|tomorrow|next|this|in|today|the day)\\b.+)",
    ),
    read: (m) => takesPlace(m, m.groups.s?.trim()),
  },
  {
    predicate: 'scheduled_for',
    subjects: ['speaker'],
    denied: 'none',
    pattern: rule(
      '(?:(?:am|are|will)\\s+)?(?<s>launch|release|ship|go live|fly|leave|travel|depart|get married|start school|move|kick off|launching|flying|leaving|getting married|releasing|shipping|going live)\\s+(?:out\\s+|home\\s+|to \\p{Lu}\\p{L}+\\s+)?(?:on|at)\\s+(?<o>.+)',
    ),
    read: (m) => takesPlace(m, m.groups.s?.trim()),
  },
];

function decision({ groups }: Match): Finding | undefined {
  const text = (groups.o ?? '').replace(/,?\s+it is$/i, '');
  const object = phraseOf(text.replace(/^(?:the|our|an?)\s+/i, '')) ?? nounOf(text);
  return object === undefined || /^(?:with (?:you|him|her|that|it)|so|not|(?:my|your)self)\b/i.test(object)
    ? undefined
    : { object };
}

// "Make it", "eat this": what is meant stands in an earlier turn. "Go", "win" alone mean nothing later.
const POINTS = /^(?:\p{L}+\s){1,3}(?:it|this|that|them|any|him|her|you|these|those|there|one)(?=\s|$)/iu;
const BARE =
  /^(?:go|come|leave|win|start|work|write|read|eat|do|make|get|take)(?:\s+in the future|\s+(?:on|out|up))?$/i;

function planned({ groups }: Match): Finding | undefined {
  const object = phraseOf(groups.o ?? '');
  return object === undefined || POINTS.test(object) || BARE.test(object) ? undefined : { object };
}

function hedged(finding: Finding | undefined): Finding | undefined {
  return finding === undefined ? undefined : { ...finding, isHedged: true };
}

/** "Will" promises as often as it plans: only what has a time or a place of its own is a plan. */
function willDo(match: Match): Finding | undefined {
  const text = match.groups.o ?? '';
  const isPlaced =
    timeIn(text, match.context, 'future') !== undefined ||
    /\b(?:next|at (?:christmas|easter|\p{Lu})|in \p{Lu}|to \p{Lu}|this (?:summer|autumn|winter|spring|year))/u.test(
      text,
    );
  return isPlaced && text.split(' ').length > 2 ? planned(match) : undefined;
}

function eventOf({ clause }: Match): string | undefined {
  const { subject } = clause;
  const isEvent = subject?.kind === 'thing' || (subject?.kind === 'person' && subject.relation === undefined);
  return isEvent ? subject.name : undefined;
}

function takesPlace({ groups, context }: Match, event: string | undefined): Finding | undefined {
  const text = (groups.o ?? '').replace(/^(?:for|to|on|at|from)\s+/i, '');
  const time = timeIn(text, context, 'future');
  if (event === undefined || time === undefined || time.at > 3 || !time.isToTheDay) return undefined;
  const name = nameOf(event) === event ? event : shortNounOf(event) === undefined ? undefined : event;
  if (name === undefined || /^(?:time|day|lot|bit|break|minute|moment|good|great|nice|chance|look|free)\b/i.test(name))
    return undefined;
  return { object: time.isToTheMinute ? time.instant : time.day, subject: { type: 'event', name } };
}
