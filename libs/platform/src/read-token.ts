import { TurnId } from '@mneme/events';
import { InvalidInput } from '@mneme/domain';
import { z } from 'zod';

/** What a read waits for: the next offset of `turns` by partition, and the turns by id when they are few. */
export interface ReadToken {
  readonly offsets: ReadonlyMap<number, number>;
  /** At most 100; empty for a larger request, whose failures are then told by the dead letters only. */
  readonly turnIds: readonly TurnId[];
}

export const TOKEN_TURNS_MAX = 100;
const TOKEN_CHARS_MAX = 8_192;
const Form = z.tuple([
  z.array(z.tuple([z.int().nonnegative(), z.int().nonnegative()])).max(1_024),
  z.array(TurnId).max(TOKEN_TURNS_MAX),
]);

/** Opaque text for callers. */
export function encodeReadToken({ offsets, turnIds }: ReadToken): string {
  const named = turnIds.length > TOKEN_TURNS_MAX ? [] : turnIds;
  return Buffer.from(JSON.stringify([[...offsets], named])).toString('base64url');
}

/** @throws InvalidInput for what `encodeReadToken` did not make. */
export function decodeReadToken(token: string): ReadToken {
  const parsed = Form.safeParse(token.length > TOKEN_CHARS_MAX ? undefined : jsonOf(token));
  const field = 'waitFor.token';
  if (!parsed.success) throw new InvalidInput('this is no token; take it from an ingest answer', { field });
  const [offsets, turnIds] = parsed.data;
  return { offsets: new Map(offsets), turnIds };
}

function jsonOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown;
  } catch {
    return undefined;
  }
}
