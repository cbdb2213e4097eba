import { types } from 'pg';
import { Corrupt } from '@mneme/domain';

const INT8 = 20;

/** How values of columns are read: all as the client does it, and whole numbers of 64 bits as numbers. */
export const columnTypes: { readonly getTypeParser: typeof types.getTypeParser } = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary' ? parseInt8 : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

/** @throws Corrupt for a number that a double cannot hold: a wrong one would be worse than none. */
export function parseInt8(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  throw new Corrupt('a number in the database is too large to be read');
}
