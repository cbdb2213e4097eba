import type { KeyObject } from 'node:crypto';
import { blindHash } from '../index-keys.js';
import { type Sentence, sentencesOf } from './sentences.js';

/** Shorter sentences are said twice by chance. */
const ECHO_WORDS_MIN = 4;
const ECHO_SENTENCES_MAX = 200;

/**
 * Keyed hashes of a text's sentences, without case and punctuation: what a recall leaves behind, so that the filter
 * can tell its echo without anybody keeping the text. Takes the first 200 sentences of at least four words.
 */
export function echoHashesOf(text: string, key: KeyObject): readonly string[] {
  return comparable(text).map(({ line }) => blindHash(key, line));
}

/** Share of a text's words, 0 to 1, that stand in sentences which were recalled. */
export function echoShareOf(text: string, recalled: ReadonlySet<string>, key: KeyObject): number {
  if (recalled.size === 0) return 0;
  let words = 0;
  let repeated = 0;
  for (const { words: own, line } of comparable(text)) {
    words += own.length;
    if (recalled.has(blindHash(key, line))) repeated += own.length;
  }
  return words === 0 ? 0 : repeated / words;
}

function comparable(text: string): readonly Sentence[] {
  return sentencesOf(text)
    .filter(({ words }) => words.length >= ECHO_WORDS_MIN)
    .slice(0, ECHO_SENTENCES_MAX);
}
