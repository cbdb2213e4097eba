/** A vocabulary of WordPieces as a trie in flat arrays: a step allocates nothing and hashes no string. */
export interface TokenTrie {
  /** Node to start from at the beginning of a word. */
  readonly wordStart: number;
  /** Node to start from inside a word, where pieces are written with `##`. */
  readonly wordInside: number;
  /** Symbol of a code point; 0 when no piece contains it. */
  symbol(codePoint: number): number;
  /** Node that a symbol leads to; 0 when there is none. */
  step(node: number, symbol: number): number;
  /** Row of the piece that ends at a node, or -1. */
  row(node: number): number;
}

const INSIDE = '##';
const SYMBOLS_MAX = 1 << 12;
const SLOTS_PER_NODE = 1.25;
const BASIC_PLANE = 0x10000;
/** Below 2^31 when multiplied by SYMBOLS_MAX, so that a key fits an Int32Array. */
const NODES_MAX = 1 << 19;
const WORD_START = 1;
const WORD_INSIDE = 2;

/** Builds the trie of a vocabulary; a piece's row is its index. @throws RangeError for a vocabulary that is too large. */
export function buildTokenTrie(pieces: readonly string[]): TokenTrie {
  const nodesMax = pieces.reduce((sum, piece) => sum + piece.length, 0) + WORD_INSIDE + 1;
  if (nodesMax >= NODES_MAX) throw new RangeError(`a vocabulary has at most ${NODES_MAX} letters`);
  const trie = new FlatTrie(nodesMax);
  pieces.forEach((piece, row) => {
    const inside = piece.startsWith(INSIDE) && piece.length > INSIDE.length;
    trie.add(inside ? WORD_INSIDE : WORD_START, inside ? piece.slice(INSIDE.length) : piece, row);
  });
  return trie;
}

class FlatTrie implements TokenTrie {
  readonly wordStart = WORD_START;
  readonly wordInside = WORD_INSIDE;
  readonly #symbols = new Uint16Array(BASIC_PLANE);
  readonly #rows: Int32Array;
  /** Open addressing: `node * SYMBOLS_MAX + symbol` in keys, the child in children. */
  readonly #keys: Int32Array;
  readonly #children: Int32Array;
  readonly #mask: number;
  #symbolCount = 0;
  #nodeCount = WORD_INSIDE + 1;

  constructor(nodesMax: number) {
    const slots = 2 ** Math.ceil(Math.log2(nodesMax * SLOTS_PER_NODE));
    this.#mask = slots - 1;
    this.#keys = new Int32Array(slots);
    this.#children = new Int32Array(slots);
    this.#rows = new Int32Array(nodesMax).fill(-1);
  }

  symbol(codePoint: number): number {
    return codePoint < BASIC_PLANE ? (this.#symbols[codePoint] as number) : 0;
  }

  step(node: number, symbol: number): number {
    return symbol === 0 ? 0 : (this.#children[this.#slot(node * SYMBOLS_MAX + symbol)] as number);
  }

  row(node: number): number {
    return this.#rows[node] as number;
  }

  add(start: number, letters: string, row: number): void {
    let node = start;
    for (let at = 0; at < letters.length; at += 1) node = this.#child(node, letters.charCodeAt(at));
    this.#rows[node] = row;
  }

  #child(node: number, codeUnit: number): number {
    const symbol = (this.#symbols[codeUnit] ||= ++this.#symbolCount);
    if (symbol >= SYMBOLS_MAX) throw new RangeError(`a vocabulary has at most ${SYMBOLS_MAX} different letters`);
    const key = node * SYMBOLS_MAX + symbol;
    const slot = this.#slot(key);
    if (this.#children[slot] === 0) {
      this.#keys[slot] = key;
      this.#children[slot] = this.#nodeCount++;
    }
    return this.#children[slot] as number;
  }

  #slot(key: number): number {
    let slot = (Math.imul(key, 0x9e3779b1) >>> 7) & this.#mask;
    while (this.#children[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & this.#mask;
    return slot;
  }
}
