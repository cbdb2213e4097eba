import { types } from 'pg';
import { Corrupt } from '@mneme/domain';

const INT8 = 20;
const INT8_ARRAY = 1016;

type Parser = (value: string) => unknown;

// Its type knows the numbers of single values alone.
const parserOf = types.getTypeParser as (oid: number, format?: 'text' | 'binary') => Parser;

/** How values of columns are read: all as the client does it, and whole numbers of 64 bits as numbers. */
export const columnTypes: { readonly getTypeParser: typeof types.getTypeParser } = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (format !== 'binary' && oid === INT8) return parseInt8;
    if (format !== 'binary' && oid === INT8_ARRAY) return parseInt8Array;
    return parserOf(oid, format);
  }) as typeof types.getTypeParser,
};

/** @throws Corrupt for a number that a double cannot hold: a wrong one would be worse than none. */
export function parseInt8(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw new Corrupt('a number in the database is too large to be read');
}

function parseInt8Array(text: string): readonly number[] {
  return (parserOf(INT8_ARRAY)(text) as readonly string[]).map(parseInt8);
}
