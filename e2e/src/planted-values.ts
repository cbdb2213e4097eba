import type { Column, Value } from './store-file.js';

const JSON_COLUMNS = ['contributors', 'flags', 'derived_from', 'speaker_terms', 'aliases', 'ends'];

/** Values that a column could be changed to, each of which says something else than `value`. */
export function otherValuesOf(table: string, column: Column, value: Value): readonly Value[] {
  return [...candidatesOf(`${table}.${column.name}`, column, value), ...(column.isNullable ? [null] : [])].filter(
    (other) => other !== value,
  );
}

function candidatesOf(name: string, column: Column, value: Value): readonly Value[] {
  if (column.type === 'BLOB') return blobsInPlaceOf(value as Uint8Array);
  if (column.type === 'TEXT') return JSON_COLUMNS.includes(column.name) ? listsInPlaceOf(value) : textsInPlaceOf(value);
  if (column.type === 'REAL') return [Number(value) + 0.01, Number(value) - 1e-9, -1, 0, 2, 9e307 * 10];
  const number = Number(value);
  const numbers = [number + 1, number - 1, -number - 1, 0, 2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n];
  // Also lengths that leave no whole number of postings, or none.
  return name === 'vector_entries.posting_bytes' ? [...numbers, number + 8, number - 8, number + 4, -8] : numbers;
}

function textsInPlaceOf(value: Value): readonly string[] {
  if (value === null) return ['', 'planted'];
  const text = String(value);
  return ['', 'planted', `${text}x`, `${text} `, `${text}\0`, `${text}\0x`, text.slice(1), text.toUpperCase()];
}

function listsInPlaceOf(value: Value): readonly string[] {
  const list = JSON.parse(String(value)) as readonly unknown[];
  const texts = [[...list, 'planted'], [...list, 7], list.slice(1), [...list, ...list], {}, null, 'x']
    .map((changed) => JSON.stringify(changed))
    .filter((text) => text !== JSON.stringify(list));
  return [...texts, '', 'not JSON', `${String(value)}]`, `${String(value)}\0x`];
}

/** The postings come first; one bit of them, or none of them. */
function blobsInPlaceOf(value: Uint8Array): readonly Uint8Array[] {
  const flipped = [0, 1, 4, 7].map((at) => value.map((byte, index) => (index === at ? byte ^ 1 : byte)));
  return [...flipped, value.subarray(4), new Uint8Array()];
}
