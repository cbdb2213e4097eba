import { nameOf, nounOf, shortNounOf } from './object-text.js';
import { BE, rule, SPEAKER_OR_PERSON, type Finding, type Match, type Rule } from './rule.js';
import { GROUP } from './words.js';

const SITE =
  'github|gitlab|bitbucket|twitter|x|instagram|insta|discord|slack|skype|telegram|linkedin|facebook|tiktok|mastodon|bluesky|steam|reddit|youtube|whatsapp|signal|paypal|spotify|twitch|psn|xbox|matrix|teams|zoom|venmo|strava|medium|substack';
const ACCOUNT = `(?:(?:new|current|work|personal|private|main|old|business)\\s+)?(?:(?:${SITE})(?:\\s+(?:handle|username|user name|name|account|id|profile|user))?|(?:handle|username|user name|login|nickname|gamertag)|e-?mail(?:\\s+address)?|(?:phone|mobile|cell|telephone)(?:\\s+number)?|(?:customer|account|member|membership|client|contract|policy|order|employee|loyalty|frequent flyer|reference|subscription|ticket|booking|tenant|user|case)\\s*(?:number|id|no\\.?|code)|iban|account|number)`;
const LEAVE =
  'on (?:an? )?(?:parental|maternity|paternity|sick|medical|annual|unpaid|bereavement|study|gardening) leave|on leave|on (?:vacation|holiday|sabbatical|a sabbatical|strike|call|furlough|probation)|unemployed|retired|semi-retired|single|divorced|widowed|engaged|married|pregnant|between jobs|out of (?:office|work|town)|self-employed|in remission|job hunting|recovering from .+';
const STATE =
  '(?:almost |nearly |fully |completely |partially |temporarily |permanently |officially |already |back |now )?(?:done|finished|completed?|broken|down|up(?: and running)?|fixed|closed|open|opened|reopened|blocked|unblocked|pending|live|merged|deployed|shipped|delivered|delayed|late|cancell?ed|approved|accepted|rejected|denied|declined|granted|signed|sent|submitted|on hold|in progress|in review|under (?:review|construction|way|investigation)|underway|on track|on schedule|behind schedule|over budget|at risk|ready|failing|failed|passing|resolved|released|published|overdue|paused|stuck|offline|online|out of (?:stock|order|date)|sold out|sold|active|inactive|suspended|locked|disabled|enabled|expired|archived|deprecated|paid|unpaid|confirmed|halfway done|working|unstable|stable|outdated|up to date|frozen|started|postponed|in (?:production|beta|staging|testing|development|transit|qa)|on (?:its way|fire)|half done|lost|missing|empty|full|sick|ill|healthy|crashing|crashed|leaking|slow|settled|scrapped|shelved|abandoned|refunded|processed)';
// States that a past participle names as an event stay true after it; "was down" may be over.
const LASTING =
  /(?:merged|deployed|shipped|delivered|cancell?ed|approved|accepted|rejected|denied|declined|granted|signed|sent|submitted|fixed|closed|resolved|released|published|sold|archived|paid|completed|finished|suspended|confirmed|abandoned|scrapped|refunded|postponed|unblocked|reopened|started|processed)$/i;

const RELATIONS: readonly (readonly [RegExp, string])[] = [
  [rule('(?:depends?|relies|rely|relying) (?:heavily )?on\\s+(?<o>.+)'), 'depends on'],
  [rule('(?:is|are) (?:dependent on)\\s+(?<o>.+)'), 'depends on'],
  [
    rule(
      '(?:is|are|was|were|has been) (?:an? )?(?:(?:integral|core|key|important) )?(?:part|component|module|subset|subsidiary|branch|division|spin-off|fork|successor|section|member|child|extension|clone|variant) (?:of|to)\\s+(?<o>.+)',
    ),
    'part of',
  ],
  [rule('(?:belongs?) to\\s+(?<o>.+)'), 'belongs to'],
  [
    rule(
      '(?:is|are|was|were|has been|have been) (?:\\p{L}+ly )?(?<v>built|based|founded|developed|owned|created|caused|triggered|made|run|maintained|written|managed|hosted|powered|backed|designed|acquired|inspired|implemented|named|funded|sponsored|used|located|related|connected|linked|tied|attached|mapped|similar|blocked|replaced|superseded|derived|forked|headed|led|supported|operated|produced|published|called|consumed|fed|packaged) (?<p>on top of|on|by|with|from|in|at|to|after|for|into)\\s+(?<o>.+)',
    ),
    '',
  ],
  [
    rule(
      '(?<v>replaces?|replaced|supersedes?|succeeds|integrates with|connects? to|talks? to|links? to|reports? to|feeds(?: into)?|runs? on|uses|requires?|needs|blocks|contains|extends|supports|competes with|sits on top of|includes|wraps|calls|reads from|writes to|syncs with|goes with|consists of|comes from|stems from|imports|implements|mirrors|refers to|relates to|covers|powers|hosts)\\s+(?<o>.+)',
    ),
    '',
  ],
];

const AT_END =
  '(?=$|[,.;!]|\\s+(?:and|again|until|since|by|as of|now|yet|on|in|at|this|last|today|tonight|yesterday|due|after|with|for (?:now|the|maintenance|today))\\b)';
const A_GROUP = new RegExp(`\\b${GROUP}\\b`, 'i');

/** Accounts, the state of things, and how things hang together. */
export const STATE_RULES: readonly Rule[] = [
  {
    predicate: 'account_is',
    on: 'clause',
    pattern: rule(`(?:my|our)\\s+(?<q>${ACCOUNT})\\s+(?:is|has changed to|changed to)\\s+(?:now\\s+)?(?<o>.+)`),
    read: account,
  },
  {
    predicate: 'account_is',
    on: 'clause',
    pattern: rule(
      `(?:(?:you(?: will|'ll| can)?|people can)\\s+)?(?:find|follow|add|reach|message|contact|ping|dm|email|text|call) (?:me|us)\\s+(?:(?:on|at|over at|via)\\s+(?<q>${SITE})\\s+(?:as|at|under|with)|(?:at|on|under|via))\\s+(?<o>.+)`,
    ),
    read: account,
  },
  {
    predicate: 'account_is',
    subjects: ['speaker'],
    pattern: rule(`am\\s+(?<o>@?[\\w.-]+)\\s+on\\s+(?<q>${SITE})\\b`),
    read: account,
  },
  {
    predicate: 'account_is',
    subjects: ['speaker'],
    isEvent: true,
    pattern: rule(`(?:have |has )?(?:changed|updated|switched)\\s+my\\s+(?<q>${ACCOUNT})\\s+to\\s+(?<o>.+)`),
    read: account,
  },
  {
    predicate: 'account_is',
    subjects: ['speaker', 'thing'],
    pattern: rule(
      '(?:am|are|is|have been|has been)\\s+(?:still\\s+)?on\\s+(?:the|an?|your)\\s+(?<o>[\\p{L}\\d+-]+(?:\\s[\\p{L}\\d+-]+)?\\s+(?:plan|tier|subscription|package))',
    ),
    read: tier,
  },
  {
    predicate: 'account_is',
    subjects: ['speaker'],
    isEvent: true,
    pattern: rule(
      '(?:have |has |am |are )?(?:upgraded|upgrading|downgraded|downgrading|switched|subscribed|moved|signed up)\\s+(?:from\\s+.{2,30}?\\s+)?(?:to|for)\\s+(?:the|an?|your)\\s+(?<o>[\\p{L}\\d+-]+(?:\\s[\\p{L}\\d+-]+)?\\s+(?:plan|tier|subscription|package))',
    ),
    read: tier,
  },

  {
    predicate: 'status_is',
    subjects: ['thing', 'pet', 'person'],
    pattern: rule(
      `(?:is|are|remains|stays|(?:has|have)(?: been)?|(?<was>was|were)|got|gets|seems|went|goes)\\s+(?:being\\s+)?(?:still\\s+|finally\\s+|once\\s+)?(?<o>${STATE})${AT_END}`,
    ),
    read: state,
  },
  {
    predicate: 'status_is',
    subjects: ['thing'],
    pattern: rule('(?<o>failed|crashed|succeeded|expired|shipped|arrived|broke|stalled)(?=$|[\\s,.;!])'),
    read: state,
  },
  {
    predicate: 'status_is',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`(?:am|is|are|have been|has been)\\s+(?<o>${LEAVE})(?=$|[\\s,.;!])`),
    read: (m) =>
      /^(?:married|engaged) to\b/i.test(m.clause.phrase.replace(/^(?:(?:am|is|are|have|has|been)\s+)*/i, ''))
        ? undefined
        : { object: (m.groups.o ?? '').replace(/\s(?:until|since|till)\s.*$/i, '') },
  },
  // The patterns know no case, so a name such as "Kestrel" may stand for a thing as well.
  ...RELATIONS.map(([pattern, qualifier]): Rule => ({
    predicate: 'related_to',
    subjects: ['thing', 'person'],
    pattern,
    read: (m) => connected(m, qualifier),
  })),
  {
    predicate: 'related_to',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule(`${BE}(?:come|comes|am|is|are|originally|hail|hails)?\\s*(?:originally\\s+)?from\\s+(?<o>.+)`),
    read: origin,
  },
  {
    predicate: 'related_to',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule('(?:was|were)\\s+born(?:\\s+and raised)?\\s+in\\s+(?<o>.+)'),
    read: (m) => fromPlace(m, 'born in'),
  },
  {
    predicate: 'related_to',
    subjects: SPEAKER_OR_PERSON,
    pattern: rule('grew up\\s+in\\s+(?<o>.+)'),
    read: (m) => fromPlace(m, 'grew up in'),
  },
];

function account({ groups }: Match): Finding | undefined {
  const text = (groups.o ?? '').replace(/^(?:now|still|called)\s+/i, '');
  const kind = (groups.q ?? '').replace(/^(?:new|current|work|personal|private|main|old|business)\s+/i, '');
  const phone = /^\+?\d[\d\s()/-]{5,}\d/.exec(text)?.[0];
  const token = phone ?? text.split(/\s/, 1)[0]?.replace(/[,;:!?)]+$|\.$/g, '') ?? '';
  const isNamed = /handle|user|nick|login|gamertag/i.test(kind) || new RegExp(`^(?:${SITE})$`, 'i').test(kind);
  const isMarked = /[@\d_]|\w[-.]\w/.test(token);
  if (!/[\p{L}\p{N}]/u.test(token) || !(isMarked || (isNamed && text.split(/\s/).length === 1))) return undefined;
  return { object: token, qualifier: kindOf(kind, token) };
}

/** "GitHub username" is GitHub; an address or number without a kind says itself what it is. */
function kindOf(kind: string, token: string): string {
  const site = new RegExp(`^(?:${SITE})\\b`, 'i').exec(kind)?.[0];
  if (site !== undefined) return site;
  if (/^e-?mail/i.test(kind) || /^[^@\s]+@[^@\s]+\.\w+$/.test(token)) return 'email';
  if (/phone|mobile|cell/i.test(kind) || (kind === '' && token.startsWith('+'))) return 'phone';
  return kind === '' ? 'handle' : kind.toLowerCase();
}

function tier({ groups, clause }: Match): Finding | undefined {
  if (clause.subject?.kind === 'thing' && !/account|subscription|workspace|organi[sz]ation/i.test(clause.subject.name))
    return undefined;
  return { object: groups.o ?? '', qualifier: 'plan', subject: 'speaker' };
}

function state({ groups, clause }: Match): Finding | undefined {
  const object = (groups.o ?? '').toLowerCase();
  if (groups.was !== undefined && !LASTING.test(object)) return undefined;
  if (
    clause.subject?.kind === 'thing' &&
    /\bones?$|^(?:time|life|everything|favou?rite|day|weather|world|place|food|movie|book|view|people|all|kids|one)\b/i.test(
      clause.subject.name,
    )
  )
    return undefined;
  return { object: object.replace(/^(?:now|already)\s+/, '') };
}

function connected({ groups, clause }: Match, qualifier: string): Finding | undefined {
  const text = groups.o ?? '';
  const object = nameOf(text) ?? shortNounOf(text);
  const verb = (qualifier === '' ? [groups.v, groups.p].filter(Boolean).join(' ') : qualifier).toLowerCase();
  if (object === undefined || object.split(' ').length > 5) return undefined;
  const { subject } = clause;
  const isPerson = subject?.kind === 'person';
  if (isPerson && /^(?:part of|belongs to)$/.test(verb) && A_GROUP.test(object)) return undefined;
  if (
    isPerson &&
    (subject.relation !== undefined ||
      !/^(?:depends on|part of|belongs to|replaces|(?:built|developed|created|made|owned|founded|maintained|written|based|hosted|caused|powered|designed|acquired|replaced|forked|derived|named)\b)/.test(
        verb,
      ))
  )
    return undefined;
  return { object: wholeName(text, object), qualifier: verb };
}

/** A name with the common noun after it: "Olympus platform", "Henderson order". */
function wholeName(text: string, name: string): string {
  const noun = shortNounOf(text);
  return noun !== undefined && noun.toLowerCase().includes(name.toLowerCase()) && noun.split(' ').length <= 5
    ? noun
    : name;
}

function origin(match: Match): Finding | undefined {
  return /\bfrom\s/i.test(match.clause.phrase) &&
    !/\b(?:work|works|working|back|far|away)\s+from\b/i.test(match.clause.phrase)
    ? fromPlace(match, 'from')
    : undefined;
}

function fromPlace({ groups }: Match, qualifier: string): Finding | undefined {
  const text = groups.o ?? '';
  const called = /\bcalled\s+(.+)$/i.exec(text)?.[1];
  const name = nameOf(called ?? text) ?? (called === undefined ? undefined : nounOf(called));
  return name === undefined ? undefined : { object: name, qualifier, type: 'place' };
}
