// Invalid UTF-8 arrives as U+FFFD, half a surrogate pair has no UTF-8, and NUL is in no text.
const DIRT = /[\0\uFFFD]|\p{Cs}/u;
const CONTROL = /\p{Cc}/u;

/** Whether a text that came in is what somebody can have meant to send. */
export function isCleanText(text: string): boolean {
  return !DIRT.test(text);
}

/** The same of an id or a name, which is one line. */
export function isCleanName(text: string): boolean {
  return isCleanText(text) && !CONTROL.test(text);
}
