/** Shorter runs are names, hashes, keys and signatures. */
const RUN_CHARS_MIN = 80;
/** A run that means nothing to anybody is a wall from here on. */
const WALL_CHARS_MIN = 1_024;
/** Of the 64; letters drawn in a line and hexadecimal have fewer. */
const DISTINCT_MIN = 32;
/** Words make spaces: a token or a picture has hardly any. */
const SPACES_MIN = 5;
const PRINTABLE_SHARE = 0.95;
/** Enough to see what it is. */
const DECODED_CHARS_MAX = 4_096;
/** A line of base64 that was broken for mail or for a file. */
const WRAPPED_LINE_MIN = 60;

/**
 * Whether a text is, in some part, a wall of base64: words in code, which only a program reads, or so many bytes that no
 * reader gains by them. One pass over the characters; linear in the length of the text.
 */
export function isEncoded(text: string): boolean {
  let start = -1;
  for (let at = 0; at <= text.length; at += 1) {
    if (isOfCode(text.charCodeAt(at)) || (start >= 0 && isWrap(text, start, at))) {
      if (start < 0) start = at;
      continue;
    }
    if (start >= 0 && at - start >= RUN_CHARS_MIN && isWall(text.slice(start, at))) return true;
    start = -1;
  }
  return false;
}

function isWall(run: string): boolean {
  const joined = run.replace(/\s/g, '');
  const decoded = Buffer.from(joined.slice(0, DECODED_CHARS_MAX), 'base64').toString('latin1');
  if (saysSomething(decoded)) return true;
  return joined.length >= WALL_CHARS_MIN && new Set(joined.slice(0, DECODED_CHARS_MAX)).size >= DISTINCT_MIN;
}

function saysSomething(decoded: string): boolean {
  let printable = 0;
  let spaces = 0;
  for (let at = 0; at < decoded.length; at += 1) {
    const code = decoded.charCodeAt(at);
    if (code === 32) spaces += 1;
    // Above 127 are the bytes of letters beyond English.
    if ((code >= 32 && code !== 127) || code === 10 || code === 13) printable += 1;
  }
  return spaces >= SPACES_MIN && printable >= decoded.length * PRINTABLE_SHARE && hasPlainWords(decoded);
}

/** Bytes at random have all of these above 127 as often as below. */
function hasPlainWords(decoded: string): boolean {
  const plain = decoded.match(/[A-Za-z ]/g)?.length ?? 0;
  return plain >= decoded.length * 0.6;
}

/** A single line end after a line of code that goes on below. */
function isWrap(text: string, start: number, at: number): boolean {
  if (text.charCodeAt(at) !== 10 || !isOfCode(text.charCodeAt(at + 1))) return false;
  const lineStart = Math.max(start, text.lastIndexOf('\n', at - 1) + 1);
  return at - lineStart >= WRAPPED_LINE_MIN;
}

function isOfCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 43 ||
    code === 47 ||
    code === 45 ||
    code === 95
  );
}
