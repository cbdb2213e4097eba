/**
 * Words that say little by themselves, in English: what grammar needs, and what every chat is made of. A word that is
 * not here counts as content, so a language that the lists do not know is taken for content throughout.
 */
export const EVERYDAY: ReadonlySet<string> = wordsOf(`
  a an the this that these those there here it its it's that's there's here's what's who's he's she's let's
  i i'm i've i'd i'll im ive me my mine myself we we're we've we'd we'll us our ours ourselves
  you you're you've you'd you'll your yours yourself he him his himself she her hers herself
  they they're they've they'd they'll them their theirs themselves one ones someone somebody something anyone anybody
  anything everyone everybody everything nobody nothing none each every both either neither all any some such own other
  others another same
  am is are was were be been being isn't aren't wasn't weren't do does did done doing don't doesn't didn't dont
  have has had having haven't hasn't hadn't can can't cannot cant could couldn't will won't would wouldn't shall
  should shouldn't may might must
  and or but if then than so because since as while when where why how what which who whom whose whether though although
  until unless once
  of in on at to from by for with without about into onto over under up down out off through during before after above
  below between among against around across along behind beside near toward towards upon within via per
  not no yes nor never ever always often sometimes usually just only also too very really quite rather pretty almost
  already still yet again now soon later maybe perhaps probably definitely absolutely certainly surely totally
  completely exactly basically actually honestly literally anyway well even much many more most less least few little
  bit lot lots kind sort enough else instead together away back
  go goes going gone went come comes coming came get gets getting got gotten make makes making made take takes taking
  took taken give gives giving gave given put keep keeps keeping kept let lets
  say says saying said tell tells telling told ask asks asking asked talk talks talking talked know knows knowing knew
  known think thinks thinking thought feel feels feeling felt see sees seeing saw seen look looks looking looked hear
  hears hearing heard find finds finding found want wants wanted need needs needed like likes liked love loves loved
  loving try tries trying tried help helps helping helped use used using work works working worked seem seems seemed
  mean means meant guess hope hoping wish believe understand happen happens happened start started stop wait show check
  thing things stuff way ways time times day days today life people person place part point idea question questions
  answer problem issue reason moment sense case fact matter world experience journey
  good better best great nice fine okay ok cool awesome amazing wonderful fantastic lovely beautiful perfect excellent
  brilliant incredible fun funny interesting exciting excited happy glad proud sorry sad bad worse worst hard tough easy
  important special sweet cute true right wrong sure real big small new old long short next last first able ready
  inspiring impressive impressed grateful thankful lucky meaningful powerful rewarding relaxing refreshing peaceful
  stunning gorgeous super absolute favorite
  support supportive share sharing shared enjoy enjoying enjoyed appreciate care caring remember forget matters learn
  learning grow growing bring brings bringing inspire motivated motivation passion passionate joy strength strong
  positive memories memory hello hi please thanks thank welcome yeah
  tips advice details info information anybody pic pics photo photos picture
  explain continue retry elaborate proceed summarize summarise translate rewrite repeat shorter longer frustration
  apologize apologise inconvenience hesitate assist assistance contacting reaching
  null true false status success results result none undefined
`);

/** Words of greeting, thanks, assent and laughter, in the languages that agents hear most. */
export const SMALL_TALK: ReadonlySet<string> = wordsOf(`
  hi hello hey hiya howdy yo morning afternoon evening night bye goodbye cheers cya ciao welcome greetings
  thanks thank thx ty please pls sorry congrats congratulations
  yes yeah yep yup yay no nope nah ok okay okey kk k sure alright right agreed true fine absolutely definitely exactly
  totally indeed understood noted gotcha got done perfect great cool nice awesome amazing wonderful fantastic lovely
  excellent brilliant sweet neat wow whoa woah omg oh ooh aw aww awww ah aha oops ugh hmm hm mhm uh um huh eh well
  lol lmao rofl haha hehe heh blah xoxo np yw brb idk tbh
  gracias hola adiós vale sí claro bueno buenos días buenas tardes noches de nada por favor perfecto
  danke bitte hallo tschüss ja nein genau guten tag morgen abend super prima schön vielen dank gerne
  merci bonjour salut oui non beaucoup bonsoir d'accord parfait au revoir
  grazie prego buongiorno buonasera sì perfetto va bene obrigado obrigada olá sim não bom dia boa noite tudo bem
  dziękuję dzięki cześć tak nie dobrze dzień dobry bedankt hoi dag goed tack hej takk hei tak kiitos
  teşekkürler merhaba evet hayır tamam rahmat salom ha yo'q
  спасибо привет да нет хорошо ладно конечно пока здравствуйте добрый день утро вечер ок ага понятно дякую так ні
  谢谢 你好 好的 好 是 不是 是的 再见 早上好 晚安 ありがとう ありがとうございます こんにちは はい いいえ おはよう おはようございます
  お疲れ様です 了解 了解です 감사합니다 안녕하세요 네 아니요 고마워 شكرا مرحبا نعم لا תודה שלום כן לא धन्यवाद नमस्ते हाँ नहीं
  ขอบคุณ สวัสดี
`);

/** Words that place something in time. */
export const DATES: ReadonlySet<string> = wordsOf(`
  monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays
  january february march april june july august september october november december
  yesterday tomorrow tonight weekend weekends fortnight week weeks month months year years ago decade birthday
  anniversary christmas easter thanksgiving halloween spring summer autumn winter noon midnight
`);

/** Who somebody is to the speaker, and the animals that live with them. */
export const RELATIVES: ReadonlySet<string> = wordsOf(`
  mother mom mum mama father dad papa parent parents sister sisters brother brothers son sons daughter daughters wife
  husband partner fiancé fiancée fiance fiancee boyfriend girlfriend spouse ex grandma grandmother grandpa grandfather
  grandparents granddaughter grandson aunt uncle cousin cousins niece nephew stepmother stepfather stepson stepdaughter
  kid kids child children baby twins family boss colleague coworker neighbour neighbor roommate flatmate landlord friend
  friends dog dogs cat cats puppy kitten pet pets horse
`);

const NUMBERS: ReadonlySet<string> = wordsOf(`
  two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
  nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million dozen half twice
`);

const LAUGHTER = /^[hae]{4,}$/;
const DRAWN_OUT = /^(?:a+w+|s+o+|y+a+y+|w+o+w+|o+h+|h+m+|n+o+|y+e+s+|u+g+h+)$/;

export function isEveryday(word: string): boolean {
  return EVERYDAY.has(word);
}

export function isSmallTalk(word: string): boolean {
  return SMALL_TALK.has(word) || (word.length <= 64 && (LAUGHTER.test(word) || DRAWN_OUT.test(word)));
}

export function isNumber(word: string): boolean {
  return NUMBERS.has(word) || /\p{N}/u.test(word);
}

function wordsOf(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}
