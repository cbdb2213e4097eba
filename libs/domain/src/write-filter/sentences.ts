/** One sentence of a turn, cut into words once for all rules. */
export interface Sentence {
  /** As it was written, without the space around it. */
  readonly text: string;
  /** Words as they were written. */
  readonly written: readonly string[];
  /** The same in lower case, with straight apostrophes. */
  readonly words: readonly string[];
  /** The words between single spaces, one space before and after: what the phrases are matched against. */
  readonly line: string;
  readonly isQuestion: boolean;
  /** Positions of words that only call somebody by name: "Thanks, Ana!", "Ana, look". */
  readonly calls: ReadonlySet<number>;
}

const WORD = /[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*/gu;
const ENDS = new Set(['.', '!', '?', '…']);
const WIDE_ENDS = new Set(['。', '！', '？', '\n']);
const ASKS =
  /^ (?:(?:and|so|but|ok|okay|hey|hi) )?(?:(?:can|could|would|will|did|do|does|are|have|should|may|shall) (?:you|i|we|they|it)|how (?:do|are|did|was|is|about|come|long|much|many)|what (?:do|are|did|was|is|about|time|kind)|what's|why|who is|where (?:is|are|do|did)|any (?:updates?|news|ideas?|tips|advice)|is (?:it|there|that|this)) /;

/** Sentences that have words, in order; linear in the length of the text. */
export function sentencesOf(text: string): readonly Sentence[] {
  const sentences: Sentence[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (!endsAt(text, at)) continue;
    addSentence(sentences, text.slice(start, at + 1));
    start = at + 1;
  }
  addSentence(sentences, text.slice(start));
  return sentences;
}

/** A full stop ends a sentence only before a space, so that `sync.py`, `3.1` and addresses stay whole. */
function endsAt(text: string, at: number): boolean {
  const character = text.charAt(at);
  if (WIDE_ENDS.has(character)) return true;
  if (!ENDS.has(character)) return false;
  const next = text.charAt(at + 1);
  return next === '' || next === ' ' || next === '\n' || next === '\t' || next === '"';
}

function addSentence(sentences: Sentence[], text: string): void {
  const written: string[] = [];
  const calls = new Set<number>();
  let before = '';
  for (const match of text.matchAll(WORD)) {
    before = text.slice(Math.max(0, match.index - 2), match.index);
    // One word between a comma and the end is how people are called; so is one before the first comma.
    const end = match.index + match[0].length;
    const isLast = before.startsWith(',') && /^[.!?…\s]*$/.test(text.slice(end, end + 4)) && end + 4 >= text.length;
    const isFirst = written.length === 0 && text.charAt(end) === ',';
    if (isLast || isFirst) calls.add(written.length);
    written.push(match[0]);
  }
  if (written.length === 0) return;
  const words = written.map((word) => word.toLowerCase().replaceAll('’', "'"));
  const line = ` ${words.join(' ')} `;
  const trimmed = text.trimEnd();
  const marked = trimmed.endsWith('?') || trimmed.endsWith('？');
  const isQuestion = marked || (!/[.!]$/.test(trimmed) && ASKS.test(line));
  sentences.push({ text: text.trim(), written, words, line, isQuestion, calls });
}
