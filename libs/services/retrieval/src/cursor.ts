import { MemoryId } from '@mneme/events';
import { InvalidInput } from '@mneme/domain';
import type { ListPage } from '@mneme/ports';
import { z } from 'zod';

const Position = z.tuple([z.int(), z.int(), MemoryId]);
const CURSOR_CHARS_MAX = 256;

/** Where a page ended, opaque to callers. It grants nothing: the scope is applied to every page anew. */
export function encodeCursor(after: NonNullable<ListPage['after']>): string {
  const position = [after.occurredAtMs, after.recordedAt, after.memoryId];
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws InvalidInput for what `encodeCursor` did not make. */
export function decodeCursor(cursor: string): NonNullable<ListPage['after']> {
  const parsed = Position.safeParse(jsonOf(cursor.slice(0, CURSOR_CHARS_MAX)));
  if (!parsed.success) throw new InvalidInput('this is no cursor; take it from the page before', { field: 'cursor' });
  const [occurredAtMs, recordedAt, memoryId] = parsed.data;
  return { occurredAtMs, recordedAt, memoryId };
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
  } catch {
    return undefined;
  }
}
