/** Word lists that more than one rule file reads; each is the source of a regular expression, without groups. */
export const RELATION =
  '(?:(?:step|god|half-|ex-)?(?:mother|father|mom|mum|dad|brother|sister|son|daughter)|parents?|grand(?:mother|father|ma|pa|parents|son|daughter)|wife|husband|spouse|partner|fiancée?|girlfriend|boyfriend|twins?|kids?|child|children|baby|aunt|uncle|cousin|niece|nephew|(?:mother|father|brother|sister)-in-law|friends?|best friend|roommate|flatmate|housemate|neighbou?rs?|colleagues?|co-?workers?|teammates?|boss|manager|supervisor|mentor|mentee|assistant|teacher|coach|therapist|doctor|dentist|lawyer|landlord|landlady|tenant|advisor|tutor|trainer|nanny|babysitter|cofounder|co-founder|business partner|sisters|brothers|sons|daughters)';

export const RELATION_ADJECTIVE =
  '(?:(?:younger|older|elder|eldest|youngest|oldest|little|big|best|dear|old|new|former|late|twin|other|good|close|direct|line|next-door|current|first|second)\\s+)';

export const PET =
  '(?:dogs?|cats?|pupp(?:y|ies)|kittens?|horses?|pony|rabbits?|bunny|hamsters?|guinea pigs?|parrots?|birds?|fish|turtles?|tortoise|snakes?|lizard|gecko|chickens?|hens?|ducks?|goats?|sheep|cows?|retriever|labrador|poodle|terrier|shepherd|beagle|corgi|dachshund|husky|collie|pets?)';

export const OWNABLE = `(?:${PET}|cars?|motorbikes?|motorcycles?|bikes?|bicycles?|e-bikes?|scooters?|vans?|trucks?|boats?|sailboat|kayaks?|canoes?|campers?|caravan|house|houses|apartment|flat|condo|cabin|cottage|garden|farm|land|property|laptops?|computers?|pc|macbook|phones?|iphone|tablets?|ipad|cameras?|drones?|console|tv|television|telescope|watch|watches|guitars?|piano|violin|cello|drums|keyboard|ukulele|flute|saxophone|trumpet|bass|printer|3d printer|server|servers|nas|robot vacuum|vacuum|sofa|couch|desk|pool|sauna|greenhouse|tent|skis|snowboard|surfboard|shop|store|bakery|restaurant|café|bookshop|business|collection|necklace|ring|plants?|tattoos?)`;

export const GROUP =
  '(?:teams?|club|group|choir|band|board|committee|church|parish|union|society|association|council|brigade|crew|league|squad|community|organi[sz]ation|department|division|gym|party|guild|collective|cooperative|co-op|orchestra|ensemble|fraternity|sorority|squadron|task force|working group|network|troupe|circle|chapter|foundation|charity|workshop group|study group|army|navy|chamber)';

const ROLE_WORDS =
  'nurse|chef|cook|coo|cto|ceo|cfo|ciso|cmo|vp|head|lead|admin|student|intern|apprentice|pilot|judge|clerk|guard|butcher|plumber|dba|sre|devops|dev|pm|po|qa|freelancer|founder|co-founder|cofounder|owner|professor|tutor|coach|principal|dean|vet|surgeon|priest|monk|soldier|captain|sergeant|officer|detective|secretary|treasurer|chair|chairman|chairwoman|chairperson|president|mayor|minister|nanny|midwife|actress|waitress|hostess|poet|novelist|model|dj|barista|bartender|postdoc|fellow|undergrad|graduate|veteran|mechanic|critic|musician|technician|electrician|physician|librarian|politician|veterinarian|pediatrician|paediatrician|optician|mathematician|statistician|historian|comedian|custodian|spokesperson|salesperson|architect|accountant|consultant|assistant|attendant|sergeant|merchant|agent|superintendent|scrum master|master|postman|policeman|fireman|handyman|businessman|businesswoman|craftsman|stay-at-home parent|carer|caregiver';
// Words that end like a role and are none.
const NOT_ROLES =
  'lover|believer|drinker|beginner|winner|loser|member|sister|brother|father|mother|daughter|number|matter|server|computer|newcomer|follower|hater|smoker|other|another|user|customer|never|ever|better|clever|sober|eager|over|under|super|bitter|tender|sinner|doer|sucker|stranger|fighter|survivor|minor|senior|junior|major|superior|poor|error|mirror|factor|outlier|starter|killer|charger|loner|speaker|reader|buyer|vegetarian|pescatarian|christian|rather|together|far|bear|here|later|older|younger|closer|bigger|smarter|happier|further|newer|owner-occupier|person|optimist|pessimist|perfectionist|racist|sexist|fan';
export const ROLE_HEAD = new RegExp(
  `^(?!(?:${NOT_ROLES})$)(?:${ROLE_WORDS}|\\p{L}{2,}(?:er|or|ist|ologist|wright|smith))$`,
  'iu',
);

const DEMONYMS =
  'american|british|english|scottish|irish|welsh|german|french|dutch|spanish|italian|portuguese|swedish|norwegian|danish|finnish|polish|czech|slovak|austrian|swiss|belgian|greek|turkish|russian|ukrainian|romanian|hungarian|bulgarian|serbian|croatian|canadian|mexican|brazilian|argentinian|chilean|colombian|peruvian|australian|indian|pakistani|chinese|japanese|korean|thai|vietnamese|filipino|indonesian|malaysian|israeli|iranian|egyptian|moroccan|nigerian|kenyan|african|asian|european|latino|latina|black|white|muslim|jewish|christian|catholic|protestant|hindu|buddhist|sikh|atheist|lgbtq|queer|gay|trans|vegan|vegetarian';
const SMALL_WORDS =
  'the|a|an|this|that|these|those|it|its|he|she|they|we|i|you|him|her|them|what|who|how|why|where|when|which|there|here|great|thanks|thank|good|nice|sorry|yes|no|yeah|ok|okay|well|so|and|but|or|if|please|wow|oh|hey|hi|hello|sure|maybe|not|all|some|any|every|everyone|everybody|someone|nobody|nothing|something|anything|everything|one|two|three|my|our|your|his|their|let|just|also|then|now|today|tomorrow|yesterday|congrats|congratulations|glad|happy|cool|awesome|absolutely|definitely|exactly|right|wait|haha|lol|hmm|only|most|many|much|more|as|at|in|on|for|from|with|by|to|of|is|are|was|am|be|do|does|did|can|could|will|would|should|have|has|had|get|got|both|each|being|having|seeing|going|doing|making|such|same|other|another|really|very|sounds|looks|ready|done|back|home|available|free|busy|excited|fine|ill|sick|late|new|pretty|kinda|super|based|stuck|tired|curious|interested|confused|worried|sad|proud|grateful|dm|ai';
const SMALL = new RegExp(`^(?:${SMALL_WORDS}|${DEMONYMS})$`, 'i');

/** Written like a name, and not one of the words that stand in capitals for other reasons. */
export function looksLikeName(word: string): boolean {
  return /^[\p{Lu}\d]/u.test(word) && !SMALL.test(word.replace(/[^\p{L}]+$/u, ''));
}

const SKILLS =
  /^(?:python|java|javascript|typescript|rust|go|golang|ruby|php|sql|html|css|c|c\+\+|c#|kotlin|swift|react|docker|kubernetes|git|excel|linux|english|german|french|spanish|italian|japanese|chinese|russian|portuguese|dutch|latin|greek|arabic)$/i;

export function isSkill(name: string): boolean {
  return SKILLS.test(name);
}

/** How many of a thing somebody has. */
export const COUNT = '(?:an?|two|three|four|five|six|\\d+|some|several|my own|a few|a couple of|a pair of)';
