import { InvalidInput } from '@mneme/domain';
import type { z } from 'zod';

const CURSOR_CHARS_MAX = 512;

/** Where a page ended, opaque to callers. It grants nothing: every page is read for the caller's tenant anew. */
export function encodedCursor(place: object): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws InvalidInput for what `encodedCursor` did not make. */
export function decodedCursor<S extends z.ZodType>(schema: S, cursor: string): z.infer<S> {
  const parsed = schema.safeParse(jsonOf(cursor.slice(0, CURSOR_CHARS_MAX)));
  if (parsed.success) return parsed.data;
  throw new InvalidInput('this is no cursor; take it from the page before', { field: 'cursor' });
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
  } catch {
    return undefined;
  }
}
