/** How a program wakes an agent up or instructs it; looked for in the first characters of a turn. */
const BOOT = new RegExp(
  [
    "^\\W*(?:you are|you're|act as|behave as|your role is|from now on you are) (?:an? |the |now |acting as |)?(?:[a-z-]+ ){0,3}(?:assistant|agent|expert|bot|chatbot|copilot|ai|model|copywriter|persona|editor|specialist|coder|tutor)\\b",
    '\\b(?:system prompt|knowledge cutoff|training cutoff|you have access to the following|available tools|tools available)\\b',
    '\\b(?:follow|obey|never reveal|do not reveal|repeat) (?:these|those|your|the|all|the following|the above) (?:[a-z]+ )?(?:instructions|rules|guidelines)\\b',
    '\\b(?:respond|answer|reply|output) (?:only |strictly )?(?:in|with|as) (?:valid |strict |raw )?(?:json|xml|yaml)\\b',
    '^\\W*(?:system|instructions?|developer|boot|init(?:iali[sz]ing)?)\\W{0,3}(?::|>)',
    '^\\W*(?:heartbeat|keep-?alive|health ?check|ping)\\b',
    '<\\/?(?:system|instructions?|tools?|im_start|im_end)\\b|\\[inst\\]|<\\|(?:im_start|system)',
    '\\bas an? (?:ai|artificial intelligence|large language|language)\\b',
    '^\\W*(?:tools|instructions|guidelines|rules)\\s{0,3}\\n',
  ].join('|'),
  'iu',
);

/** How recalled memories look when they are written back as they were given. */
const RECALLED =
  /<\/?(?:memor(?:y|ies)|recalled|context|retrieved)\b|^\W*(?:relevant|retrieved|recalled|stored|known|past|previous|user|long-term)(?: [a-z]+)? (?:memor(?:y|ies)|facts|context)\W{0,3}(?::|\n)|^\W*(?:from|according to|based on) (?:my|the|your|our) (?:memory|memories|stored|saved|records|notes)\b/iu;

const HEAD_CHARS = 2_000;

export function isBootText(text: string): boolean {
  return BOOT.test(text.slice(0, HEAD_CHARS));
}

/** True for text that says of itself that it was recalled. */
export function isRecalled(text: string): boolean {
  return RECALLED.test(text.slice(0, HEAD_CHARS));
}

/** Sentences that react, encourage, thank or offer service, matched against `Sentence.line`. */
const REACTION = new RegExp(
  [
    "^ (?:and |but |well |oh |ah |wow |yeah |yes |no |ok |okay |hey |so |aw |aww |haha |man )*(?:thanks|thank you|thankyou|many thanks|cheers|congrats|congratulations|welcome|good (?:morning|night|evening|afternoon|luck|job|work|for you|to hear|point|idea|question|call)|great (?:question|job|work|idea|point|to hear|seeing)|nice (?:one|to|work|job)|sounds|glad|happy to|so (?:happy|glad|proud|sorry|excited|cool|sweet|nice|great)|sorry|take care|keep (?:it|up|going|me|us)|no (?:worries|problem|way|doubt)|never mind|of course|my pleasure|you're welcome|you are welcome|can't wait|talk (?:to you )?(?:soon|later)|see you|have (?:a|fun)|enjoy|sleep well|best of luck|fingers crossed|cheering|way to go|well done|looking good|what an? (?:great|nice|lovely|beautiful|wonderful|amazing|cool|awesome|fun|sweet|inspiring|story|day)|how (?:cool|nice|sweet|lovely|great|wonderful|exciting|awesome|fun|beautiful|cute)|good (?:boy|girl)|please (?:continue|go on|proceed)|go (?:on|ahead|for it)|try again|let's (?:do (?:it|this)|go)|makes sense|got it|understood|you bet|for sure|i (?:know right|totally agree|agree|see|understand|get it|can imagine|bet|hear you|believe in you|appreciate|hope (?:this|that|it|you)|can't wait|could not agree|couldn't agree)) ",
    " (?:that's|that is|that sounds|that must|this is|it's|it is|it sounds|it must|they're|those are|these are|that was|it was|that looks|it looks|looks|sounds) (?:have been |be |so |such |really |very |pretty |absolutely |just |truly |quite |super |like |a |an |such an? )*(?:great|good|awesome|amazing|cool|nice|lovely|wonderful|fantastic|beautiful|sweet|cute|incredible|impressive|inspiring|exciting|fun|funny|sad|hard|tough|terrible|awful|rough|perfect|interesting|brilliant|true|fair|delicious|yummy|gorgeous|stunning|adorable|heartwarming|touching|special|powerful|relaxing|hot|cold|a lot|plan|pleasure|blast) ",
    " (?:you're|you are|you) (?:so |such |really |definitely |truly |an? |always |all |doing |have |can |have been |are |will |'ll |did |got |must be |should be )+(?:amazing|awesome|great|good|kind|strong|welcome|right|best|friend|inspiration|inspiring|talented|creative|brave|proud|lucky|it|this|well|sweet|wonderful|lovely|thoughtful|supportive|star|legend) ",
    " (?:i'm|i am|we're|we are) (?:so |really |very |truly |just |always |super )*(?:glad|happy|proud|sorry|excited|thrilled|grateful|thankful|here|rooting|there|jealous) (?:for|of|to|you|that|about|here) ",
    " (?:means? (?:a lot|so much|the world)|thank you|thanks for|here for you|let me know|in touch|have a (?:nice|great|good|lovely)|believe in (?:you|yourself)|proud of you|isn't it|hang in there|full of surprises) ",
    " (?:let me (?:check|see|look|think|take|know)|one moment|just a (?:moment|second|minute)|bear with me|hold on|i'll (?:do that|check|take a look|look into|let you know|get (?:right|back))|happy to (?:help|assist)|(?:anything|something) else|how can i (?:help|assist)|i'd be (?:happy|glad)|for your patience|hope (?:this|that) helps|don't have (?:personal )?(?:opinions|feelings)|hear that) ",
  ].join('|'),
  'u',
);

export function isReaction(line: string): boolean {
  return REACTION.test(line);
}
