import { nameOf, nounOf, partsOf, shortNounOf } from './object-text.js';
import { BE, rule, SPEAKER_OR_PERSON, type Finding, type Match, type Rule } from './rule.js';
import { GROUP } from './words.js';

const PROJECT =
  '(?:project|program(?:me)?|initiative|migration|rewrite|redesign|relaunch|rollout|launch|app|platform|website|portal|product|prototype|campaign|study|thesis|integration|refactoring|upgrade)';
const SWITCH =
  '(?:have |has |are |am |is )?(?:switch|switches|switched|migrate|migrated|transitioned|converted|changed|switching|migrating|went)(?: over)?';
const MAKE =
  '(?:write|writes|writing|code|codes|program|develop|develops|build|builds|deploy|deploys|deploying|host|hosts|manage|manages|track|tracks|monitor|test|tests|take|takes|keep|keeps|plan|plans|edit|edits|design|designs|draw|draws|shoot|store|stores|handle|run|runs|ship|organi[sz]e|pay|do|automate|provision|communicate|chat|record)';

/** What somebody works on, works with, and belongs to. */
export const WORK_RULES: readonly Rule[] = [
  {
    predicate: 'works_on',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `${BE}(?:working|work|works|busy|(?<was>worked))\\s+(?:hard |mainly |mostly |full-time |together )?(?:on|with the)\\s+(?<o>.+)`,
    ),
    read: project,
  },
  {
    predicate: 'works_on',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      '(?:(?:am|is|are|have been|has been)\\s+)(?:building|developing|writing|designing|prototyping|rewriting|redesigning|creating|migrating|composing|organi[sz]ing|restoring|renovating|coding)\\s+(?<o>.+)',
    ),
    read: project,
  },
  {
    predicate: 'works_on',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `${BE}(?:leads?|leading|manage|manages|managing|head up|heading|running|coordinat(?:e|es|ing)|maintain|maintains|maintaining|own|owns)\\s+(?:the\\s+)?(?<o>(?:Project\\s+\\S+|(?:[\\p{L}\\d'-]+\\s+){1,3}?${PROJECT}\\b).*)`,
    ),
    read: project,
  },
  {
    predicate: 'works_on',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `${BE}(?:in charge of|responsible for|assigned to|(?:contribut(?:e|es|ing|ed)) to|taking over|leading work on)\\s+(?<o>.+)`,
    ),
    read: project,
  },
  {
    predicate: 'works_on',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      `(?:(?:was|were|got|have|has|been|am|is|are)\\s+)*(?:moved|assigned|transferred|added|put|switched|reassigned|pulled|kicked off)\\s*(?:to|on|onto|in|into|on to|work on)?\\s+(?:the\\s+|an?\\s+)?(?<o>(?:Project\\s+\\S+|(?:[\\p{L}\\d'-]+\\s+){1,3}?${PROJECT}\\b).*)`,
    ),
    read: project,
  },
  {
    predicate: 'works_on',
    on: 'clause',
    pattern: rule(
      '(?:my|our)\\s+(?:current\\s+|main\\s+|latest\\s+|new\\s+|biggest\\s+|next\\s+)?(?:side |pet |main |big |research )?project\\s+(?:(?:right now|at the moment|these days|at work|this year|currently)\\s+)?is\\s+(?:now\\s+|called\\s+|currently\\s+)*(?<o>.+)',
    ),
    read: project,
  },

  {
    predicate: 'uses',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      `${SWITCH}(?:\\s+(?:everything|all of it|it all|fully|completely))?\\s+from\\s+(?<from>.{1,40}?)\\s+to\\s+(?<o>.+)`,
    ),
    read: switched,
  },
  {
    predicate: 'uses',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(`${SWITCH}(?:\\s+(?:everything|all of it|it all|fully|completely))?\\s+to\\s+(?<o>.+)`),
    read: ({ groups }) => tool(nameOf(groups.o ?? '')),
  },
  {
    predicate: 'uses',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`${BE}(?:use|uses|using)\\s+(?<o>.+)`),
    read: ({ groups }) => tools(groups.o ?? ''),
  },
  {
    predicate: 'uses',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      '(?:have |has )?(?:started using|started with|adopted|installed|subscribed to|signed up for)\\s+(?<o>.+)',
    ),
    read: ({ groups }) => tool(nameOf(groups.o ?? '')),
  },
  {
    predicate: 'uses',
    subjects: ['speaker', 'person'],
    pattern: rule(
      `${BE}(?:running|run|runs|standardi[sz]ed|rely|relies|relying|depend)\\s+(?:everything\\s+|entirely\\s+|mostly\\s+|heavily\\s+|our \\S+\\s+)?on\\s+(?<o>.+)`,
    ),
    read: ({ groups }) => tool(nameOf(groups.o ?? '')),
  },
  {
    predicate: 'uses',
    on: 'clause',
    pattern: rule(
      '(?:our|my)\\s+(?:\\p{L}+\\s+){0,2}?(?:backend|frontend|stack|site|website|blog|infrastructure|code|app|data|pipeline|services?|servers?|tests?|laptop|shop|store)\\s+(?:(?:is|are|all|mostly|currently|runs?|running|hosted|written|built|lives?|still)\\s+){1,3}(?:on|in|with)\\s+(?<o>.+)',
    ),
    read: ({ groups }) => tool(nameOf(groups.o ?? '')),
  },
  {
    predicate: 'uses',
    subjects: ['speaker'],
    pattern: rule('(?:am|are|have been)\\s+on\\s+(?!the\\b|an?\\b)(?<o>.+)'),
    read: ({ groups }) =>
      /\b(?:plan|tier|team|call|leave|subscription|\w+day)\b/i.test(groups.o ?? '')
        ? undefined
        : tool(nameOf(groups.o ?? '')),
  },
  {
    predicate: 'uses',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `${BE}${MAKE}(?:\\s+[\\p{L}'-]+){0,6}?\\s+(?:in|with|using|via|through|on)\\s+(?:an?\\s+|the\\s+|my\\s+)?(?<o>\\p{L}.*)`,
    ),
    read: ({ groups }) => techTool(groups.o ?? ''),
  },
  {
    predicate: 'uses',
    on: 'clause',
    pattern: rule(
      '(?:my|our)\\s+(?:daily driver|go-to(?:\\s\\p{L}+)?|(?:favou?rite )?editor|ide|operating system|os|browser|tech stack|stack|text editor|terminal|(?:issue|bug) tracker|database|cloud provider|ci|crm|phone|laptop|camera|note-taking app|password manager)(?:\\s+(?:of choice|right now|at work|at home))?\\s+is\\s+(?<o>.+)',
    ),
    read: ({ groups }) => tool(nameOf(groups.o ?? '')),
  },

  {
    predicate: 'member_of',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `(?:${BE}|(?:was|were)\\s+)(?:an?\\s+|the\\s+)?(?:\\p{L}+\\s+)?(?:member|part|volunteer)\\s+(?:of|with|at)\\s+(?<o>.+)`,
    ),
    read: group,
  },
  {
    predicate: 'member_of',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `(?:am|is|are|have been|has been)\\s+(?:in|on|with|active in|involved (?:in|with))\\s+(?:the|an?|our|my|your)\\s+(?<o>.+)`,
    ),
    read: groupWord,
  },
  {
    predicate: 'member_of',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      '(?:have |has |am |is )?(?:joined|joining|join|signed up (?:for|with)|become a member of|became a member of|enrolled in)\\s+(?<o>.+)',
    ),
    read: groupWord,
  },
  {
    predicate: 'member_of',
    subjects: SPEAKER_OR_PERSON,
    isEvent: true,
    pattern: rule(
      '(?:have |has |am |is )?(?:left|quit|leaving|quitting|dropped out of|resigned from|stepped down from)\\s+(?<o>.+)',
    ),
    read: (m) => groupsEnd(m),
  },
  {
    predicate: 'member_of',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(
      `${BE}(?:belong to|belongs to|play|plays|playing|sing|sings|singing|sit|sits|serve|serves|perform|performs|dance|dances|row|train|trains|coach|coaches|volunteer|volunteers|volunteering|volunteered|help out)\\s*(?:[\\p{L}-]+\\s+){0,2}?(?:in|for|on|with|at|to)?\\s+(?<o>(?:the|an?|our|my)\\s+.+)`,
    ),
    read: group,
  },
];

function project({ groups }: Match): Finding | readonly Finding[] | undefined {
  const text = (groups.o ?? '').replace(/^(?:an?|the|our|my)\s+/i, '');
  const called = /^(.{2,40}?)\s+(?:called|named|codenamed)\s+(.+)$/i.exec(text);
  if (called !== null) {
    const name = nameOf(called[2] ?? '');
    return name === undefined ? undefined : { object: name, aliases: [called[1] ?? ''] };
  }
  const object = nounOf(
    text.replace(
      /\s(?:for|with|at|in|together with)\s(?:the |my |our |a |an )?(?:\S+\s){0,3}?(?:team|company|work|school|university|client|customer|spare time|\p{Lu}\S*)\b.*$/iu,
      '',
    ),
  );
  if (object === undefined || /^(?:it|myself|things|stuff|letter|email|message|list|fun|\p{L}+ing)$/iu.test(object))
    return undefined;
  return { object, isEnded: groups.was !== undefined };
}

function switched({ groups }: Match): readonly Finding[] | undefined {
  const before = nameOf(groups.from ?? '') ?? shortNounOf(groups.from ?? '');
  const after = nameOf(groups.o ?? '') ?? shortNounOf(groups.o ?? '');
  if (before === undefined || after === undefined) return undefined;
  return [{ object: before, isEnded: true }, { object: after }];
}

function tool(object: string | undefined): Finding | readonly Finding[] | undefined {
  return object === undefined ? undefined : { object };
}

function tools(text: string): readonly Finding[] | undefined {
  const object = shortNounOf(text);
  return object === undefined || object.split(' ').length > 6
    ? undefined
    : partsOf(object).map((part) => ({ object: part }));
}

/** "In Berlin" and "with Anna" look the same; a tool follows "in" or "with" only where nothing else was said to be made. */
function techTool(text: string): Finding | undefined {
  const name = /^\p{Lu}/u.test(text) ? nameOf(text) : undefined;
  return name === undefined ||
    /^(?:mr|mrs|ms|dr|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|christmas|easter)/i.test(
      name,
    )
    ? undefined
    : { object: name };
}

const GROUP_ENDING = new RegExp(`^.*?\\b${GROUP}\\b`, 'iu');

function group(match: Match): Finding | undefined {
  return (
    groupWord(match) ??
    (/\b(?:volunteer|belong)/i.test(match.clause.phrase)
      ? (tool(nameOf(match.groups.o ?? '')) as Finding | undefined)
      : undefined)
  );
}

function groupWord({ groups }: Match): Finding | undefined {
  const object = nounOf((groups.o ?? '').replace(/\s(?:at|in|for|with|on|to|here|as|since)\s.*$/i, ''));
  return object !== undefined && GROUP_ENDING.test(object) && object.split(' ').length <= 6 ? { object } : undefined;
}

function groupsEnd(match: Match): Finding | undefined {
  const finding = groupWord(match);
  return finding === undefined ? undefined : { ...finding, isEnded: true };
}
