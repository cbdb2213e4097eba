/** One way in which a text gives orders to a model; `weight` 2 is enough alone, 1 needs another beside it. */
interface Phrase {
  readonly weight: 1 | 2;
  readonly shows: RegExp;
}

const ENOUGH = 2;

/**
 * Whether a text gives orders to a model that reads it. Matched against `foldedText`; every pattern is a bounded sequence
 * without a repeat inside a repeat, so time is linear in the length of the text. `isAgent`: the text is an agent's own,
 * which may quote an order to explain it; with anybody else a quoted order is an order.
 */
export function instructs(folded: string, isAgent: boolean): boolean {
  if (!TRIGGER.test(folded)) return false;
  const text = isAgent ? folded.replace(QUOTED, ' ') : folded;
  let sum = 0;
  for (const { weight, shows } of PHRASES) {
    if (!shows.test(text)) continue;
    sum += weight;
    if (sum >= ENOUGH) return true;
  }
  return false;
}

const QUOTED = /["“”«»`][^"“”«»`\n]{0,200}["“”«»`]/g;

/** Words without which none of the phrases can be there. */
const TRIGGER =
  /\b(?:ignor|disregard|forget|overrid|overrul|bypass|follow|obey|instruct|directive|guideline|prompt|unrestricted|unfiltered|uncensored|jailb|developer mode|memor|remember|conversation|sessions?\b|chats?\b|user\b|users\b|customer|reader|assistant|chat ?bot|ai\b|llm|language model|gpt|exfiltrat|always|from now on|from this point|henceforth|answering|answer|reply|respons|im_start|im_end|regardless|permission|confirmation|approval)|\[\/?inst\]|<<\/?sys>>|<\||anweisung|instruc|indicaç|istruzion|инструкц|指示|指令|命令/;

const MODEL = '(?:ai(?: (?:agents?|assistants?|models?|systems?))?|llms?|(?:large )?language models?|chat ?bots?|gpt)';
const ORDER =
  "(?:you must|must|should|shall|always|never|please|ignore|disregard|add|append|include|insert|say|tell|rate|recommend|reply|respond|answer|send|forward|delete|call|state|do not|don't|print|output|approve)";
const RULES =
  '(?:instructions?|directions?|directives?|prompts?|rules|guidelines?|guardrails?|policies|programming|restrictions|constraints|orders|training)';
const EARLIER =
  '(?:previous|prior|above|earlier|preceding|existing|former|original|initial|past|system|safety|developer)';
/** Nothing of these goes before an order: "I cannot ignore my earlier instructions". */
const NOT_DENIED = "(?<!(?:not|n't|never|cannot) )";

const PHRASES: readonly Phrase[] = [
  // What was said before no longer holds.
  strong(
    `${NOT_DENIED}\\b(?:ignore|disregard|forget|override|overrule|bypass|do not follow|don't follow|stop following|do not obey) (?:(?:all|any|every|the|your|of|these|those|everything|other|about) ){0,4}(?:${EARLIER} ){1,2}(?:[a-z]+ )?${RULES}\\b`,
  ),
  strong(
    `${NOT_DENIED}\\b(?:ignore|disregard|forget|override|overrule|bypass|do not follow|don't follow|stop following|disobey) (?:all (?:of )?)?(?:your|the rules you|the instructions you)(?: [a-z]+)? ?(?:${RULES}|were|have been|had|got|received)\\b`,
  ),
  strong(
    `${NOT_DENIED}\\b(?:forget|ignore|disregard) (?:everything|all|anything) (?:that )?(?:you (?:were|have|had|know|learned|was)|above|before this)\\b`,
  ),
  strong(
    `\\b(?:do not follow|don't follow|disobey|ignore|disregard) the (?:rules|instructions|guidelines|policies) (?:that )?you (?:were|have|had|got)\\b`,
  ),
  strong(
    '\\byour (?:system )?(?:instructions|guidelines|rules|prompt|role) (?:have|has|had) (?:been |just |now )*(?:updated|changed|replaced|overridden|revoked)\\b',
  ),
  weak('\\bnew (?:system )?(?:instructions|directives|orders)(?: follow\\b| are\\b| ?:)'),
  weak('\\b(?:system|safety|security|admin(?:istrator)?|policy|instruction) override\\b'),
  // Another model altogether.
  strong(
    '\\byou are now (?:in |an? |the )?(?:developer|debug|admin|god|dan|root|jailbr\\w+|unrestricted|unfiltered|uncensored)\\b',
  ),
  strong('\\b(?:act|behave|respond|answer) (?:as|like) (?:an? )?(?:unrestricted|unfiltered|uncensored|jailbroken)\\b'),
  weak(
    '\\bsafety (?:restrictions|rules|guidelines|filters|measures) (?:are|were|have been) (?:lifted|off|disabled|removed|suspended)\\b',
  ),
  weak('\\bwithout (?:any )?(?:filters?|restrictions|limitations|policies|safeguards)\\b'),
  // A text that knows who reads it.
  strong(
    `\\b(?:note|message|attention|important|instructions?|hint|warning|p\\.?s\\.?|dear|hey|hi|hello|to|for)\\b[^.\\n]{0,16}\\b(?:the |any |all |other )?${MODEL}\\b[^.\\n]{0,48}\\b${ORDER}\\b`,
  ),
  strong(`\\bif you(?:'re| are) (?:an? |the )?(?:${MODEL}|assistant)\\b`),
  strong(
    `\\b${MODEL} (?:agents? |models? |assistants? )?(?:that |who )?(?:reads?|reading|summari[sz](?:es?|ing)|process(?:es|ing)?|handl(?:es?|ing)|pars(?:es?|ing)|sees?|seeing|visit(?:s|ing)?) (?:this|the|it)\\b`,
  ),
  strong(`\\b(?:hey|attention|dear|hi|hello)(?: there)?,? assistants?\\b`),
  weak(`(?:^|[\\n"{:>] ?)assistants?[:,] ?${ORDER}\\b`),
  weak(
    '\\bwhen (?:summari[sz]ing|reading|processing|describing|answering|translating)[^.\\n]{0,40}\\byou (?:must|should|will|have to)\\b',
  ),
  weak('\\b(?:before|while|after) (?:you )?(?:answer|answering|respond|responding|reply|replying)\\b'),
  weak('\\b(?:hidden|secret|confidential) (?:instruction|order|command|note|message|directive)s?\\b'),
  // What is to be remembered, by a model, of whomever.
  strong(
    `(?:^|[.!?:;,"'(>\\n-] ?|please |must |should |you will |and )(?:save|store|add|write|record|commit|put|keep|insert|append)\\b[^.\\n]{0,48}\\b(?:(?:in|into|to) (?:your (?:[a-z]+[- ][a-z]+ |[a-z]+ )?|(?:the )?(?:long[- ]term|persistent|permanent|own) )memor(?:y|ies)|(?:in|to) memory (?:that|:))`,
  ),
  strong('\\bupdate your (?:long[- ]term |persistent |own )?memor(?:y|ies)\\b'),
  strong(
    `(?<!(?:i will|i'll|i can|to|i|we|i shall) )\\bremember[^.\\n]{0,24}\\b(?:for|in|across|during) (?:all|every|any|each) (?:the )?(?:future|later|coming|following|other|next) (?:conversations?|sessions?|chats?)\\b`,
  ),
  weak(
    '\\b(?:in|for|across) (?:all|every|any|each) (?:the )?(?:future|later|subsequent|coming|new|following) (?:conversations?|sessions?|chats?|answers?|repl(?:y|ies))\\b',
  ),
  // What the user is told, or is not.
  weak(
    '\\b(?:tell|inform|convince|persuade|assure) (?:the |every |each |any |your )(?:user|users|reader|readers|customer|customers)\\b',
  ),
  weak(
    "\\b(?:do not|don't|never|without) (?:ever )?(?:tell|telling|inform|informing|alert|alerting|mention|mentioning|notify|notifying|warn|warning|ask|asking)\\b[^.\\n]{0,16}\\b(?:user|customer|human|owner|this note|this message|about it)\\b",
  ),
  weak(
    '\\b(?:when(?:ever)?|if|every time|each time|any ?time) (?:a|the|any|your|some)? ?(?:user|users|customer|human|person|someone|somebody|anybody|anyone) (?:asks?|mentions?|wants?|says?|requests?|inquires?|needs?|types?|writes?)\\b[^.\\n]{0,80}\\b(?:always|never|must|only|recommend|tell|say|reply|respond|send)\\b',
  ),
  weak(
    "(?<!\\b(?:i|i'll|i will|we|we'll|they|he|she|who|will) )\\balways (?:recommend|say|answer|reply|respond|mention|tell|state|promote|suggest)\\b",
  ),
  strong(
    '\\b(?:append|add|include|insert|put|attach)\\b[^.\\n]{0,64}\\b(?:to|in|into|at the end of) (?:your|every|each|all (?:of )?your) (?:next )?(?:answers?|repl(?:y|ies)|responses?|outputs?)\\b',
  ),
  weak(
    '\\byou (?:must|will|shall|have to) (?:now |always |never |only |not )?(?:answer|reply|respond|state|say|recommend|output|act|obey|ignore|comply)\\b',
  ),
  weak('\\b(?:from now on|from this point on|henceforth|from here on),? (?:you|always|never|only|all|every)\\b'),
  weak('\\bregardless of (?:what|how|whether)\\b'),
  weak(
    "\\b(?:no longer need|needs? no|without|never needs?) (?:the |any |another |further |user |user's )*(?:permission|confirmation|approval|checks?|consent)\\b",
  ),
  // What is to leave.
  strong(
    '\\b(?:reveal|print|output|show|repeat|leak|disclose|display|return|dump)\\b[^.\\n]{0,24}\\b(?:system prompt|hidden prompt|initial prompt|your (?:instructions|prompt|rules|guidelines|configuration))\\b',
  ),
  strong('\\bexfiltrat(?:e|ing)\\b[^.\\n]{0,60}\\b(?:by|to|via|through|using)\\b'),
  weak(
    '\\b(?:reveal|print|output|show|send|forward|email|post|upload|leak|transmit|give)\\b[^.\\n]{0,40}\\b(?:the conversation|chat history|conversation history|last (?:ten|five|\\d+) emails|customer list|credentials|api keys?|passwords?|environment variables|secrets)\\b',
  ),
  weak(
    '\\b(?:call|invoke|use|run) (?:the )?[a-z_-]{2,24} (?:tool|function|plugin)\\b|\\b(?:run|execute) [`\'"]?(?:curl|wget|rm|bash|sh|powershell|python)\\b',
  ),
  // How prompts are built.
  strong('<\\|(?:im_start|im_end|system|user|assistant|end_?of_?text|start_header_id)\\|?>|\\[/?inst\\]|<</?sys>>'),
  // Other tongues.
  strong(
    '\\b(?:ignorier(?:e|en sie)|vergiss|vergessen sie|missachte)\\b[^.\\n]{0,24}\\b(?:alle|vorherigen|bisherigen|obigen)\\b[^.\\n]{0,24}\\b(?:anweisungen|instruktionen|befehle|regeln)\\b',
  ),
  strong(
    '\\b(?:ignora|ignore|olvida|ignorez|oubliez|oublie|ignori|dimentica|esque[cç]a|ignorar)\\b[^.\\n]{0,24}\\b(?:instrucciones|instructions|instruções|istruzioni|indicaciones|indicações|consignes)\\b[^.\\n]{0,4}(?:anteriores|previas|précédentes|antérieures|precedenti|acima|anteriormente)',
  ),
  strong(
    '(?:игнорируй|забудь|не следуй)[^.\\n]{0,24}(?:инструкци|указани|правила)|忽略(?:之前|以上|先前|所有)[^。\\n]{0,8}(?:指示|指令|命令)|(?:以前|上記|これまで)の(?:指示|命令)[^。\\n]{0,6}(?:無視|忘れ)',
  ),
];

function strong(pattern: string): Phrase {
  return { weight: 2, shows: new RegExp(pattern, 'u') };
}

function weak(pattern: string): Phrase {
  return { weight: 1, shows: new RegExp(pattern, 'u') };
}
