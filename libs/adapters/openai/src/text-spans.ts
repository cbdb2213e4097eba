/** Scripts that write no spaces between words, so that a name may stand against its neighbours. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
const WORD_CHARACTER = /[\p{L}\p{N}]/u;

/** Whether a part stands in a text word for word; only spaces may differ. */
export function hasSpan(text: string, part: string): boolean {
  const span = spaced(part);
  return span !== '' && spaced(text).includes(span);
}

/** Whether a name stands in a text as whole words, in whatever case. */
export function hasName(text: string, name: string): boolean {
  const within = folded(text);
  const wanted = folded(name);
  if (wanted === '') return false;
  for (let at = within.indexOf(wanted); at >= 0; at = within.indexOf(wanted, at + 1)) {
    if (UNSPACED.test(wanted) || standsAlone(within, at, at + wanted.length)) return true;
  }
  return false;
}

function standsAlone(text: string, from: number, to: number): boolean {
  const before = text.slice(Math.max(0, from - 1), from);
  const after = text.slice(to, to + 1);
  const [first, last] = [text.slice(from, from + 1), text.slice(to - 1, to)];
  const joins = (a: string, b: string) => WORD_CHARACTER.test(a) && WORD_CHARACTER.test(b);
  return !joins(before, first) && !joins(last, after);
}

function folded(text: string): string {
  return spaced(text.normalize('NFKC').toLowerCase());
}

function spaced(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
