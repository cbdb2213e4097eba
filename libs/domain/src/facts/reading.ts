/** How much of a turn is read for facts; what lies beyond is left unread, so that no turn takes long. */
export const READING_LIMITS = {
  textCharsMax: 4_000,
  sentencesMax: 40,
  sentenceCharsMax: 320,
  wordCharsMax: 64,
  clausesMax: 8,
  factsMax: 32,
} as const;

const SENTENCE_END = /[.!?…]+(?=[\s"”')\]]|$)|\n+/g;
const ABBREVIATION = /(?:^|[\s(])(?:[Mm]rs?|[Mm]s|[Dd]r|[Ss]t|[Pp]rof|vs|e\.g|i\.e|approx)$/;
const ASIDE = /```[^`]{0,2000}```|`[^`]{0,200}`|\[[^\][]{0,400}\]|https?:\/\/\S+/g;
const PICTURES = /[\p{Extended_Pictographic}\u{1F3FB}-\u{1F3FF}\u200D\uFE0F]+/gu;
const QUOTED = /["“«]([^"“”«»]{0,300})["”»]/g;
const SPEECH = /\s.*\b(?:i|i'm|we|my|you|your|is|are|am|do|does|was|let)\b|\b(?:i|i'm|we|my|you)\b.*\s/i;

/** What a clause of these would assert was not meant as said: conditions, wishes, doubts, tasks to imagine or to write. */
const NOT_ASSERTED =
  /\b(?:if|unless|whether|suppose|supposing|imagine|pretend|wish|wishes|wonder|wondering|hypothetically|assuming|let's say|not sure|no idea whether|in which|whoever|what about|as though)\b/i;
const TASK =
  /^(?:please\s+)?(?:write|generate|compose|draft|translate|rewrite|rephrase|repeat|say|tell|ask|summari[sz]e|explain|describe|invent|roleplay|act as|you are|act like|create a (?:story|poem))\b/i;
const BREAKS = new RegExp(
  [
    '\\s*[;()]\\s*',
    '\\s+[–—-]+\\s+',
    ':\\s+',
    ",?\\s+(?:but|because|although|though|whereas|however|which is why|that's why)\\s+",
    ",\\s+(?:and\\s+|so\\s+|or\\s+|plus\\s+|then\\s+|since\\s+|while\\s+|as\\s+)?(?=(?:i|i'm|i've|we|we're|we've|my|our|he|she|they|it|it's|he's|she's|this|that|that's|the|let's|there|please|you)\\s)",
    "\\s+(?:and|so|since|while)\\s+(?=(?:i|i'm|i've|we|we're|we've|my|our|he|she|they|it|please)\\s)",
    ',?\\s+and\\s+(?=\\p{Lu}\\p{Ll}+\\s+(?:is|was|has|uses|works|lives|likes|loves|prefers|hates|joined|moved|knows|wants|plans)\\s)',
    ',?\\s+and\\s+(?=(?:work|works|live|lives|use|uses|have|has|own|owns|love|loves|like|likes|hate|hates|prefer|prefers|am|moved|joined|bought|work|started|plan|want|enjoy)\\s)',
  ].join('|'),
  'giu',
);

export interface Sentence {
  readonly text: string;
  readonly clauses: readonly string[];
}

/** The sentences that assert something, in order, each with its clauses. */
export function assertionsIn(text: string): readonly Sentence[] {
  const clipped = text.slice(0, READING_LIMITS.textCharsMax).replace(/[‘’ʼ]/g, "'").replace(ASIDE, ' ');
  return sentencesOf(clipped.replace(PICTURES, ' '))
    .filter(isReadable)
    .map(withoutNameQuotes)
    .filter((sentence) => sentence !== '' && !/\?["')\s]*$/.test(sentence))
    .filter((sentence) => !NOT_ASSERTED.test(sentence) && !TASK.test(sentence))
    .map((sentence) => ({ text: sentence, clauses: sentence.split(BREAKS).slice(0, READING_LIMITS.clausesMax) }));
}

function sentencesOf(text: string): readonly string[] {
  const sentences: string[] = [];
  let from = 0;
  for (const end of text.matchAll(SENTENCE_END)) {
    if (end[0] === '.' && ABBREVIATION.test(text.slice(Math.max(from, end.index - 8), end.index))) continue;
    sentences.push(text.slice(from, end.index + end[0].length).trim());
    from = end.index + end[0].length;
    if (sentences.length === READING_LIMITS.sentencesMax) return sentences;
  }
  return [...sentences, text.slice(from).trim()];
}

function isReadable(sentence: string): boolean {
  return (
    sentence.length <= READING_LIMITS.sentenceCharsMax &&
    sentence.split(/\s+/).every((word) => word.length <= READING_LIMITS.wordCharsMax)
  );
}

/** Quotes round a name go; a sentence with quoted speech says what somebody else said, and is left out whole. */
function withoutNameQuotes(sentence: string): string {
  const quotes = [...sentence.matchAll(QUOTED)].map(([, inner]) => inner ?? '');
  if (quotes.some((inner) => SPEECH.test(inner))) return '';
  return sentence.replace(QUOTED, '$1').replace(/\s+/g, ' ').trim();
}
