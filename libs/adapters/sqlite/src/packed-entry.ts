import { Corrupt, type TermCount, InvalidInput } from '@mneme/domain';

// A posting is two 32-bit words: the term's low 32 bits; its high 20 bits and a count of at most 4,095. A greater count
// is several postings in a row. A row's postings are followed by its vectors, so that one blob holds both.
const LOW = 0x1_0000_0000;
const COUNT_BITS = 12;
export const COUNT_MAX = (1 << COUNT_BITS) - 1;
const TERM_MAX = 2 ** 52;
const WORD_BYTES = 4;
export const POSTING_WORDS = 2;

/** Postings as bytes, little-endian as every platform of Node's that we run on. @throws InvalidInput. */
export function packTerms(terms: readonly TermCount[]): Uint8Array {
  const words: number[] = [];
  for (const { term, count } of terms) {
    if (!Number.isSafeInteger(term) || term < 0 || term >= TERM_MAX || !Number.isSafeInteger(count) || count < 1) {
      throw new InvalidInput('a term is a number of 52 bits, and its count at least 1', { field: 'terms' });
    }
    const high = Math.floor(term / LOW) << COUNT_BITS;
    for (let left = count; left > 0; left -= COUNT_MAX)
      words.push(term % LOW, (high | Math.min(left, COUNT_MAX)) >>> 0);
  }
  return new Uint8Array(Uint32Array.from(words).buffer);
}

/** @throws Corrupt when the bytes are no whole number of postings. */
export function unpackTerms(bytes: Uint8Array): TermCount[] {
  if (bytes.length % (POSTING_WORDS * WORD_BYTES) !== 0)
    throw new Corrupt('the postings of an index entry are cut short');
  const words = new Uint32Array(bytes.slice().buffer);
  const terms: TermCount[] = [];
  for (let at = 0; at < words.length; at += POSTING_WORDS) {
    const word = words[at + 1] as number;
    const term = (word >>> COUNT_BITS) * LOW + (words[at] as number);
    const count = word & COUNT_MAX;
    const last = terms.at(-1);
    if (last?.term === term) terms[terms.length - 1] = { term, count: last.count + count };
    else terms.push({ term, count });
  }
  return terms;
}

/** A row's blob: postings, then the vectors of its chunks one after the other. */
export function packEntry(postings: Uint8Array, vectors: readonly Float32Array[]): Uint8Array {
  const dimensions = dimensionsOf(vectors);
  const packed = new Uint8Array(postings.length + vectors.length * dimensions * WORD_BYTES);
  packed.set(postings);
  vectors.forEach((vector, chunk) => {
    const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
    packed.set(bytes, postings.length + chunk * dimensions * WORD_BYTES);
  });
  return packed;
}

/** @throws InvalidInput when there is no vector, or they differ in length. */
export function dimensionsOf(vectors: readonly Float32Array[]): number {
  const dimensions = vectors[0]?.length ?? 0;
  if (dimensions === 0 || vectors.some((vector) => vector.length !== dimensions)) {
    throw new InvalidInput('a memory has at least one vector, and all of one length', { field: 'vectors' });
  }
  return dimensions;
}

/** High 20 bits of the term that a posting's second word holds. */
export function highOf(word: number): number {
  return word >>> COUNT_BITS;
}

/** The two halves by which a posting is compared with a term. */
export function halvesOf(term: number): { readonly low: number; readonly high: number } {
  return { low: term % LOW, high: Math.floor(term / LOW) };
}
