import { stemmer } from 'stemmer';

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
// Scripts written without spaces, and what stands between them: each pair of neighbouring characters is a term.
const UNSPACED = /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}]/u;
const RUN =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}]+|[^\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}]+/gu;
const STEM_CHARS_MAX = 64;

/** Stems of a text with how often each occurs, in order of first appearance; a stem has at most 64 characters. */
export function stemCountsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.normalize('NFKC').toLowerCase().matchAll(WORD)) {
    for (const stem of (word.match(RUN) ?? []).flatMap(stemsOf)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  return counts;
}

function stemsOf(run: string): readonly string[] {
  if (!UNSPACED.test(run)) return [/^[a-z]+$/.test(run) ? stemOf(run) : run.slice(0, STEM_CHARS_MAX)];
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, i) => `${characters[i] ?? ''}${character}`);
}

function stemOf(word: string): string {
  return word.length > STEM_CHARS_MAX ? word.slice(0, STEM_CHARS_MAX) : stemmer(word);
}

/** Usual constants of Okapi BM25 (Robertson and Zaragoza, 2009). */
export const BM25_K1 = 1.2;
export const BM25_B = 0.75;

/** Inverse document frequency, never negative: ln(1 + (N − n + 0.5) / (n + 0.5)). */
export function inverseDocumentFrequency(documents: number, withTerm: number): number {
  return Math.log(1 + (documents - withTerm + 0.5) / (withTerm + 0.5));
}

/** One term's share of a document's BM25 score. */
export function termScore(idf: number, frequency: number, lengthRatio: number): number {
  return (idf * frequency * (BM25_K1 + 1)) / (frequency + BM25_K1 * (1 - BM25_B + BM25_B * lengthRatio));
}
