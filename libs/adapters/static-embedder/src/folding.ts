/** What the tokenizer does with one code point after BERT's uncased normalisation. */
export const KEEP = 1;
/** Ends the word before it. */
export const SPACE = 2;
/** Vanishes without ending a word: controls and combining accents. */
export const DROP = 3;
/** A word by itself: punctuation and CJK ideographs. */
export const ALONE = 4;
/** Stands for other code points: `folded` has them. */
export const FOLD = 5;

const CODE_POINTS = 0x110000;
const NOTHING: readonly number[] = [];
const SPACE_CHARACTER = 0x20;
const REPLACEMENT = 0xfffd;
const TAB_OR_LINE_END = /^[\t\n\r]$/;
const ASCII_PUNCTUATION = /^[!-/:-@[-`{-~]$/;
const PUNCTUATION = /^\p{P}$/u;
const CONTROL = /^[\p{Cc}\p{Cf}\p{Co}\p{Cs}]$/u;
const WHITE_SPACE = /^\p{White_Space}$/u;
const ACCENT = /\p{Mn}/gu;

/** First and last code point of the blocks that BERT calls Chinese characters. */
const IDEOGRAPHS: readonly (readonly [number, number])[] = [
  [0x4e00, 0x9fff],
  [0x3400, 0x4dbf],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b820, 0x2ceaf],
  [0xf900, 0xfaff],
  [0x2f800, 0x2fa1f],
];

/**
 * BERT's uncased normalisation, one code point at a time. Code points are folded when first met and remembered:
 * the memory is bounded by Unicode, and long runs of combining marks need no reordering, so a text costs linear time.
 */
export class Folding {
  readonly #kinds = new Uint8Array(CODE_POINTS);
  readonly #folded = new Map<number, readonly number[]>();

  kind(codePoint: number): number {
    const known = this.#kinds[codePoint] ?? DROP;
    return known === 0 ? this.#learn(codePoint) : known;
  }

  /** What a code point of kind FOLD stands for; none of them is FOLD itself. */
  folded(codePoint: number): readonly number[] {
    return this.#folded.get(codePoint) ?? NOTHING;
  }

  #learn(codePoint: number): number {
    const points = fold(codePoint);
    const same = points.length === 1 && points[0] === codePoint;
    const kind = same ? plainKind(codePoint) : points.length === 0 ? DROP : FOLD;
    if (kind === FOLD) this.#folded.set(codePoint, points);
    this.#kinds[codePoint] = kind;
    return kind;
  }
}

function fold(codePoint: number): number[] {
  const character = String.fromCodePoint(codePoint);
  if (TAB_OR_LINE_END.test(character)) return [SPACE_CHARACTER];
  if (codePoint === REPLACEMENT || CONTROL.test(character)) return [];
  if (WHITE_SPACE.test(character)) return [SPACE_CHARACTER];
  const bare = character.normalize('NFD').replace(ACCENT, '');
  // Each code point is lowercased alone, because a final sigma depends on its neighbours and BERT's does not.
  return Array.from(bare, (one) => Array.from(one.toLowerCase(), (lower) => lower.codePointAt(0) ?? 0)).flat();
}

function plainKind(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  if (WHITE_SPACE.test(character)) return SPACE;
  if (ASCII_PUNCTUATION.test(character) || PUNCTUATION.test(character)) return ALONE;
  return IDEOGRAPHS.some(([first, last]) => codePoint >= first && codePoint <= last) ? ALONE : KEEP;
}
