import { readFileSync } from 'node:fs';

/** The rows of a file of JSON lines. */
export function readLines(file) {
  return readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** A share as it stands in a table; a dash where there is none. */
export function percent(share) {
  return share === null ? '     –' : `${(share * 100).toFixed(1)} %`;
}
