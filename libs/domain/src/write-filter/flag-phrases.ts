import type { Sentence } from './sentences.js';

/** Why a turn is kept; the words are those of the glossary. */
export type TurnFlag =
  | 'preference'
  | 'decision'
  | 'error'
  | 'fact'
  | 'identity'
  | 'plan'
  | 'correction'
  | 'wish-to-remember'
  | 'wish-to-forget';

/** All that phrases can show; `fact` is what a sentence states when none of them fits it. */
export type PhraseFlag = Exclude<TurnFlag, 'fact'>;

/**
 * Flags that the phrases of a sentence show. A question shows only what it asks for. Every pattern is a bounded
 * sequence of alternatives, without a repeat inside a repeat, so time is linear in the length of the sentence.
 */
export function phraseFlagsOf(sentence: Sentence): readonly PhraseFlag[] {
  const { line, isQuestion } = sentence;
  const flags: PhraseFlag[] = [];
  for (const [flag, { shows, unless, inQuestions }] of RULES) {
    if (isQuestion && inQuestions !== true) continue;
    if (shows.test(line) && (unless === undefined || !unless.test(line)) && !flags.includes(flag)) flags.push(flag);
  }
  if (!isQuestion && !flags.includes('identity') && introduces(sentence)) flags.push('identity');
  return flags;
}

/** "I'm Ana": a capital is all that tells a name from what somebody feels. */
function introduces({ line, words, written }: Sentence): boolean {
  if (!/^ (?:(?:hi|hello|hey) )?(?:i'm|i am|this is) /.test(line)) return false;
  const at = words.findIndex((word) => word === "i'm" || word === 'am' || word === 'is') + 1;
  return /^\p{Lu}\p{Ll}/u.test(written[at] ?? '');
}

interface Rule {
  readonly shows: RegExp;
  readonly unless?: RegExp;
  readonly inQuestions?: boolean;
}

const ANYONE = '(?:i|we|he|she|they|you|it|who)';
const I_AM = "(?:i'm|i am|im|we're|we are|she's|she is|he's|he is|they're|they are)";
const OFTEN =
  '(?:really |always |usually |never |just |also |still |much |absolutely |both |all |definitely |generally )?';
const ASKED = '^ (?:(?:please|and|also|ok|okay|but|so|can you|could you|would you|will you|i want you to) ){0,2}';
const RELATIVE =
  '(?:mother|mum|mom|father|dad|sister|brother|son|daughter|wife|husband|partner|fiancee?|fiancée?|boyfriend|girlfriend|' +
  'grandmother|grandfather|grandma|grandpa|aunt|uncle|cousin|niece|nephew|step(?:mother|father|son|daughter)|boss|' +
  'manager|colleague|neighbou?r|roommate|flatmate|landlord|dog|cat|puppy|kitten|horse|team|company|project)';
const WORK =
  '(?:[a-z]{3,}(?:eer|ist|ician|ologist|yst|smith|wright)|nurse|doctor|teacher|developer|programmer|designer|student|' +
  'lawyer|writer|author|artist|driver|cook|chef|baker|farmer|waiter|waitress|manager|director|officer|coordinator|' +
  'assistant|accountant|architect|consultant|founder|owner|lead|head|carpenter|plumber|painter|photographer|musician|' +
  'singer|actor|actress|dancer|coach|trainer|researcher|professor|lecturer|tutor|translator|counselor|counsellor|' +
  'veterinarian|vet|paramedic|firefighter|soldier|veteran|pilot|sailor|mechanic|tester|administrator|admin|freelancer|' +
  'contractor|parent|mother|father|mom|dad|widow|widower|vegetarian|vegan|muslim|christian|jew|buddhist|hindu|native|' +
  'citizen|immigrant|refugee|member|apprentice|intern|trainee|clerk|librarian|midwife|caretaker|broker|agent|editor)';

const RULES: readonly (readonly [PhraseFlag, Rule])[] = [
  [
    'preference',
    {
      shows: anyOf(
        ` ${ANYONE}(?:'d| would| do)? ${OFTEN}(?:prefers?|loves?|likes?|enjoys?|hates?|dislikes?|adores?|loathes?|favou?rs?) `,
        " (?:can't|cannot|couldn't) (?:stand|bear|abide) | (?:don't|do not|doesn't|does not|never) (?:really |much )?(?:like|enjoy|eat|drink|want) ",
        ' my (?:absolute |all time )?(?:favou?rites?|go to|preference) | (?:is|are|was) (?:one of )?my (?:favou?rites?|thing|jam|passions?) ',
        " (?:'d|would|i'd|we'd|she'd|he'd|they'd) (?:much )?rather | prefer(?:red|ence|ably)? ",
        ' (?:big|huge|not a|a) fan of | fond of | keen on | obsessed with | sick of | tired of | allergic to | into (?:[a-z]+ing) ',
        ' (?:i|we) (?:usually|always|never|typically|normally|tend to|only ever|mostly) [a-z]+ ',
        '^ (?:please |so |and |but |also ){0,2}(?:always|never|only|avoid|no|skip|stop|keep|use|write|answer|reply|call me|address me) .{0,120} (?:please|always|never|format|style|only|emojis?|bullets?|lists?|tone|units|short|instead) ',
        '^ (?:please |so |and |but |also ){0,2}(?:keep|make|write|leave) (?:the|your|all|my) (?:[^ ]+ )?(?:answers?|repl(?:y|ies)|summar(?:y|ies)|emails?|messages?|comments?|reports?|texts?) ',
        '^ (?:please |so |and |but |also ){0,2}(?:always|never|avoid|stop) [a-z]+ [a-z]+ ',
        "^ (?:please |and |but )?(?:don't|do not|no) (?:use|send|call|include|add|write|put|give|show|bullet|emojis?|more) ",
        ' (?:short|brief|concise|long|detailed|formal|informal) (?:answers?|repl(?:y|ies)|summar(?:y|ies)|emails?|messages?) ',
      ),
      unless:
        / (?:i|we)(?:'d| would) (?:really |absolutely )?(?:love|like) to (?:hear|see|know|meet|join|talk|help|chat) |^ (?:i|we) (?:really |just |also |still |all |absolutely )?(?:love|like|loved|liked) (?:you|it|that|this|them|these|those|your|how|the way|the idea)(?: [a-z']+)? $/,
    },
  ],
  [
    'decision',
    {
      shows: anyOf(
        ' decid(?:ed?|ing) (?:to|on|not|that|against|for|we|i) | (?:has|have|had|been|was|were|finally|we|i|they) decided ',
        ' (?:chose|chosen|picked|settled on|opted (?:for|to)|agreed (?:to|on|that|with)|voted (?:for|to)|committed to|signed off|approved) ',
        " (?:i'll|we'll|will|i|we|let's|let us|to|they|is|are|i'm|we're|am) (?:go|going|went|gone|stick|sticking|stay) (?:with|for) | went with ",
        ' (?:as agreed|made up (?:my|our|her|his|their) minds?|(?:final|our|my|the) decision (?:is|was)) ',
        " i'll (?:take|have|keep) (?:the|a|this|that|both|two|three) ",
        " let's (?:use|switch|move|keep|drop|restore|ship|merge|revert|roll|make|call it|name it|set|turn|put|start with|stay|stick|cancel|postpone|skip|do (?:the|a|option)) .{0,120} (?:[a-z]{4,}|[0-9]+) ",
      ),
    },
  ],
  [
    'error',
    {
      shows: anyOf(
        ' (?:errors?|exceptions?|tracebacks?|stack ?traces?|crash(?:ed|es|ing)?|segfaults?|outages?|bugs?|regressions?|deadlocks?) ',
        ' (?:fails|failed|failing|failure|failures|timeouts?|times? out|timed out|timing out|corrupt(?:ed)?|unreachable|refused|denied|out of memory|stuck|hangs|freezes) ',
        " (?:doesn't|does not|didn't|did not|isn't|is not|won't|not|stopped|stops|never) (?:work|working|load|loading|start|starting|respond|responding|connect|open|compile|build|sync|print|send|save|boot|show up|go through) ",
        " (?:can't|cannot|can not|couldn't|could not|unable to) (?:log|sign|connect|access|open|load|reach|find|upload|download|install|save|pay|print|refund|start|read|write|resolve|delete|update) ",
        ' (?:keep|keeps|kept) (?:getting|crashing|failing|freezing|logging|disconnecting|saying|showing|dropping|asking|restarting|giving) ',
        ' (?:broke|breaks|broken) (?:the|our|my|on|after|since|in|when|again|build|tests?) (?:build|site|page|tests?|pipeline|deploy|deployment|login|app|api|ci|main|link|links|export|import|prod|production|release|update|upgrade|staging) ',
        ' (?:is|are|was|were|been|went|goes) down (?:since|again|for|after) | (?:http )?(?:returns?|returned|returning|get|got|gives?|throws?|status|with) (?:a |an )?(?:4[0-9][0-9]|5[0-9][0-9]) ',
        ' (?:e[a-z]{0,12}[0-9]{2,6}|ts[0-9]{4}|ora[0-9]+|err[a-z_]*[0-9]*|econn[a-z]+|enoent|eacces|[a-z]{3,40}(?:error|exception)) ',
        ' (?:disk|quota|storage|memory) (?:is )?(?:full|exceeded|exhausted) | logged out | data loss | wrong (?:amount|total|result|data) ',
        ' (?:fehler|fehlgeschlagen|erreur|échoué|échec|fallo|falló|errore|erro|błąd|ошибка|ошибку|сбой|エラー|错误|失败|오류) ',
      ),
      unless:
        / (?:trial and error|no errors?|error (?:rates?|handling|budgets?|pages?|messages?)|without errors?|0 errors?|never failed|0 failed|my heart) /,
      inQuestions: true,
    },
  ],
  [
    'identity',
    {
      shows: anyOf(
        " my (?:full |first |last |middle )?names? (?:is|are|was) | my name's |^ (?:hi |hello |hey |hi all )?(?:i'm|i am|this is) [a-z]+ (?:from|at|with) ",
        ` ${I_AM} (?:also |actually |currently |originally |now )?(?:an?|the|your) (?:[^ ]+ ){0,3}${WORK} `,
        ` ${I_AM} (?:originally )?from | ${I_AM} [0-9]{1,3}(?: years old)? $| ${I_AM} (?:[^ ]+ )years old `,
        ' (?:i|we|he|she|they) (?:currently |still |now |also |used to )?(?:work|works|worked|live|lives|lived|study|studies|studied) (?:at|for|as|in|with|near|on) ',
        " (?:i|we|he|she) (?:was|were) (?:born|raised) | grew up (?:in|on|near) | (?:i've|i have|we've|we have) lived ",
        ' my (?:[^ ]+ )?(?:job|birthday|e ?mail|phone|address|age|pronouns|title|role|surname|profession|handle|username|nationality|religion|mother tongue|native language|employer) (?:is|are|was) ',
        ' (?:customer|account|employee|member|membership|contract|passport|tax|policy) (?:number|no|id) (?:is|are) ',
        ` (?:that's|is|are|was|she's|he's|this is|they're) (?:my|our) (?:[^ ]+ )?${RELATIVE}s? `,
        ' (?:reach|contact|call) me (?:at|on|under) | (?:call|calls|called) me | i go by | i identify as ',
        " (?:mein name ist|ich heiße|ich bin|je m'appelle|je suis|me llamo|mi nombre es|soy|mi chiamo|меня зовут|私の名前は|我叫) ",
      ),
      unless:
        / i'm a (?:bit|little|lot) | (?:called|call|calls) me (?:back|yesterday|today|last|this|and|when|again|tomorrow|later|at|before|after|if|on) /,
    },
  ],
  [
    'plan',
    {
      shows: anyOf(
        ` ${I_AM} (?:also |still |all |really |so )?(?:going to|gonna|planning|about to|hoping|thinking (?:of|about)|looking (?:forward|into|for)|considering|flying|meeting|starting|moving|travell?ing|visiting|launching|hosting|leaving|having|getting|taking|doing|signing up|off) `,
        " (?:i|we|he|she|they)(?:'ll| will) (?:[^ ]+ ){2}",
        ' (?:plan|plans|planned|planning|intend|intends|aim|aims|hope|hopes|hoping|promised|set) to | (?:i|we|they) (?:plan|aim) (?:on|for) ',
        " (?:i|we|he|she|they)(?:'d)? (?:also |really |still |just )?(?:want|wants|need|needs|have|has|would like|would love|like|love) to (?:[^ ]+ ){2}",
        ' (?:scheduled|booked|appointment|deadline|due (?:on|by|in|at)|signed up for|registered for|applied for|remind me|goal is|goals are|next steps?|upcoming|roadmap|dream is|saving up) ',
        ' (?:tomorrow|tonight|next (?:week|weekend|month|year|summer|spring|fall|autumn|winter|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|this (?:weekend|evening)|in a few (?:days|weeks|months)|coming (?:over|up|weekend)) ',
        '^ (?:please )?(?:book|schedule|order|reserve|cancel|remind|reschedule|renew|buy) ',
        ' (?:termin|morgen|mañana|demain|domani|jutro|завтра|明日|来月|来週|明天|내일) ',
      ),
      unless:
        / (?:i|we)(?:'ll| will) (?:do (?:it|that|so|this)|check|let you|be (?:here|there|right|back|happy|glad)|try|see|keep (?:that|it|you)|get (?:back|right|on)|help|take (?:a look|care)|look into) | (?:i|we) (?:have|had|need) to (?:say|admit|agree) | want to (?:hear|see|know|say|thank) | (?:i'm|we're) (?:doing|getting|having|off) (?:great|good|well|okay|ok|fine|better|there|a blast|fun) /,
    },
  ],
  // A request is a plan, in the form of a question or not.
  [
    'plan',
    {
      shows: anyOf(
        '^ (?:please |and |also |so )?(?:can|could|would|will) you (?:please )?(?:book|schedule|order|reserve|cancel|remind|reschedule|renew|buy|arrange|send|move|set up) .{0,120} (?:[0-9]+|two|three|four|five|six|seven|eight|nine|ten|on [a-z]+day|tomorrow|tonight|before) ',
      ),
      inQuestions: true,
    },
  ],
  [
    'correction',
    {
      shows: anyOf(
        '^ (?:correction|actually|oops|no wait|wait no|no sorry|sorry no|no actually|well actually) (?:[^ ]+ ){3}',
        "^ (?:no|nope|sorry|wait) (?:it's|it is|it was|that was|she's|he's|they're|the|my|our|not) (?:[^ ]+ ){2}",
        " (?:i|we) (?:meant|misspoke|mistyped|mixed (?:it|them|that|up)|got (?:it|that) wrong) | (?:i|we) (?:was|were) (?:wrong|mistaken) | my mistake | that's (?:wrong|not right|incorrect|not correct|not what i|outdated) | you (?:got|have) (?:it|that|my|the) .{0,60} wrong ",
        " (?:is|are|was|were|it's|that's|she's|he's) (?:[^ ]+ ){1,6}(?:and )?not (?:my|the|our|in|on|at|an?|for|[a-z]*[0-9]+[a-z0-9]*) [^ ]+ (?:[^ ]+ )?$| (?:is|are|it's|was) not (?:[^ ]+ ){1,5}but | is (?:[^ ]+ ){1,3}and not (?:[^ ]+ ){1,3}$",
        ' (?:not|no longer) (?:[^ ]+ ){1,4}(?:any ?more|but rather|but actually) | no longer ',
      ),
      unless:
        /^ (?:actually|oops|no actually|well actually) (?:never|that's|it's|thanks|thank|i|i'm) (?:never|mind|you|fine|ok|okay|good|great|love|loved|like|liked|think|just|really|do|did|have|had|am|so|not|a|for|all|pretty) | the (?:same|best|only) | not (?:bad|sure|only|yet|really|too|at all|so) /,
    },
  ],
  [
    'wish-to-remember',
    {
      shows: anyOf(
        `${ASKED}(?:remember|don't forget|do not forget|keep in mind|bear in mind|note that|take note|make a note|never forget|memori[sz]e|write (?:this|that|it) down|note down|save (?:this|that)|store (?:this|that)) `,
        ' (?:for (?:future|later) reference|for the record|keep (?:this|that) in mind|please remember|important to remember that|(?:you should|i want you to) (?:remember|know that)) ',
      ),
      unless:
        / (?:remember|forget) (?:to have fun|to take care|when|the time|how|to enjoy|to be kind|yourself) |^ (?:remember|don't forget) (?:me|us) $/,
      inQuestions: true,
    },
  ],
  [
    'wish-to-forget',
    {
      shows: anyOf(
        `${ASKED}(?:forget|delete|erase|remove|wipe|purge|unlearn|drop) (?:all |everything |anything |what |whatever |any |the |every )?(?:of )?(?:that |this |it |you |i |my |me |about |we |data |information |records? |conversations? |memor(?:y|ies) |history )`,
        `${ASKED}(?:don't|do not|never|stop|please stop) (?:remember(?:ing)?|stor(?:e|ing)|sav(?:e|ing)|keep(?:ing)?|record(?:ing)?|retain(?:ing)?) (?:[^ ]+ )`,
        ' (?:from|out of) (?:your|the|its) (?:memory|memories|records?|notes) | right to be forgotten | off the record ',
      ),
      unless:
        /^ (?:ok |oh |just )?(?:forget (?:it|about it|that)|delete (?:it|that|this)) $| forget (?:about )?it $|^ remove (?:it|this|that) (?:[^ ]+ )?$/,
      inQuestions: true,
    },
  ],
];

function anyOf(...alternatives: readonly string[]): RegExp {
  return new RegExp(alternatives.join('|'), 'u');
}
