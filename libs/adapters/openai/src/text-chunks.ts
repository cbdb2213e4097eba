/**
 * Without the model's own tokenizer its tokens can only be estimated: up to eight Latin letters, three digits, three
 * letters of another alphabet, or any other character count as one. Version of the estimate: 1.
 */
const TOKEN =
  /[A-Za-z]{1,8}|\p{Nd}{1,3}|(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}]{1,3}|\S/gu;

export interface ChunkedText {
  /** Parts of the text in order, spaces between words made one; none for a text without tokens. */
  readonly chunks: readonly string[];
  readonly tokens: number;
}

/** How many tokens a text has, by the estimate. */
export function tokensOf(text: string): number {
  let tokens = 0;
  for (const _ of text.matchAll(TOKEN)) tokens += 1;
  return tokens;
}

/** Cuts a text of more than `tokensMax` into the fewest chunks that hold it, all of nearly the same length. */
export function chunksOf(text: string, tokensMax: number): ChunkedText {
  const wellFormed = withoutHalfPairs(text);
  const tokens = tokensOf(wellFormed);
  if (tokens === 0) return { chunks: [], tokens };
  const count = Math.ceil(tokens / tokensMax);
  if (count === 1) return { chunks: [singleSpaced(wellFormed)], tokens };
  const chunks: string[] = [];
  let seen = 0;
  let from = 0;
  for (const match of wellFormed.matchAll(TOKEN)) {
    seen += 1;
    if (seen !== Math.round(((chunks.length + 1) * tokens) / count)) continue;
    const end = match.index + match[0].length;
    chunks.push(singleSpaced(wellFormed.slice(from, end)));
    from = end;
  }
  return { chunks, tokens };
}

/** A long run of spaces would make a chunk longer than its tokens say. */
function singleSpaced(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Half a surrogate pair is no character; servers refuse the whole request for one. */
function withoutHalfPairs(text: string): string {
  return text.replace(/\p{Surrogate}/gu, ' ');
}
