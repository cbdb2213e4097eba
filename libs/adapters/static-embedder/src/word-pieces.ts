import { ALONE, DROP, FOLD, Folding, KEEP } from './folding.js';
import type { TokenTrie } from './token-trie.js';

/** A word with more characters than this, counted after folding, is unknown as a whole. */
export const WORD_CHARACTERS_MAX = 100;

const ASCII = 0x80;

/**
 * The WordPiece tokenizer of BERT uncased, without its special tokens: `[CLS]` in a text is a bracket and two pieces.
 * Rows go to a callback one by one, so that no token list of a user's text is kept anywhere. Not re-entrant.
 */
export class WordPieces {
  readonly #folding = new Folding();
  readonly #word = new Int32Array(WORD_CHARACTERS_MAX);
  readonly #pieces = new Int32Array(WORD_CHARACTERS_MAX);
  #length = 0;

  constructor(
    private readonly trie: TokenTrie,
    private readonly unknownRow: number,
  ) {}

  /** Calls `accept` with the row of each piece in order, and with the unknown row for a word that no pieces make up. */
  forEach(text: string, accept: (row: number) => void): void {
    for (let at = 0; at < text.length; at += 1) {
      let codePoint = text.charCodeAt(at);
      if (codePoint >= ASCII) {
        codePoint = text.codePointAt(at) as number;
        if (codePoint > 0xffff) at += 1;
      }
      this.#read(codePoint, accept);
    }
    this.#endWord(accept);
    this.#word.fill(0);
    this.#pieces.fill(0);
  }

  #read(codePoint: number, accept: (row: number) => void): void {
    const kind = this.#folding.kind(codePoint);
    if (kind === KEEP) this.#append(codePoint);
    else if (kind === FOLD) for (const folded of this.#folding.folded(codePoint)) this.#read(folded, accept);
    else if (kind !== DROP) {
      this.#endWord(accept);
      if (kind === ALONE) {
        this.#append(codePoint);
        this.#endWord(accept);
      }
    }
  }

  #append(codePoint: number): void {
    if (this.#length < WORD_CHARACTERS_MAX) this.#word[this.#length] = this.trie.symbol(codePoint);
    this.#length += 1;
  }

  #endWord(accept: (row: number) => void): void {
    if (this.#length === 0) return;
    const pieces = this.#length > WORD_CHARACTERS_MAX ? 0 : this.#split(this.#length);
    this.#length = 0;
    if (pieces === 0) accept(this.unknownRow);
    for (let i = 0; i < pieces; i += 1) accept(this.#pieces[i] as number);
  }

  /** Fills `#pieces` with the longest pieces from left to right; 0 when some part of the word has none. */
  #split(length: number): number {
    let count = 0;
    let from = 0;
    while (from < length) {
      let node = from === 0 ? this.trie.wordStart : this.trie.wordInside;
      let row = -1;
      let end = from;
      for (let at = from; at < length; at += 1) {
        node = this.trie.step(node, this.#word[at] as number);
        if (node === 0) break;
        const found = this.trie.row(node);
        if (found >= 0) {
          row = found;
          end = at + 1;
        }
      }
      if (row < 0) return 0;
      this.#pieces[count] = row;
      count += 1;
      from = end;
    }
    return count;
  }
}
