import { createHash } from 'node:crypto';
import type { Turn } from '@mneme/proto';
import { z } from 'zod';
import { type LineSource, parseLine, type TextLine, textLines } from './text-lines.js';

// Given as an object or as its text; it travels as text.
const ArgumentsText = z.union([
  z.string(),
  z.record(z.string(), z.unknown()).transform((value) => JSON.stringify(value)),
]);

/** One turn a line, in the form of `POST /v1/turns`. The service checks sizes and times; the form is checked here. */
export const TurnLine = z.strictObject({
  userId: z.string().optional(),
  session: z.string(),
  role: z.string(),
  content: z.string(),
  toolCalls: z
    .array(z.strictObject({ id: z.string().optional(), name: z.string(), arguments: ArgumentsText }))
    .optional(),
  occurredAt: z.string().optional(),
  speakerName: z.string().optional(),
  scope: z.string().optional(),
  teamId: z.string().optional(),
  idempotencyKey: z.string().optional(),
  sourceClass: z.string().optional(),
  task: z.string().optional(),
  outcome: z.string().optional(),
});
export type TurnLine = z.infer<typeof TurnLine>;

/** A line that holds a turn, or the reason why it does not. */
export type NumberedTurn =
  | { readonly number: number; readonly bytes: number; readonly turn: Turn }
  | { readonly number: number; readonly bytes: number; readonly error: unknown };

/**
 * Turns of a file in order. A line without an idempotency key gets one made of the text of the file up to and including
 * it: sending the same file again, or a longer one that begins the same, accepts nothing twice.
 */
export async function* turnsOfLines(source: LineSource): AsyncGenerator<NumberedTurn, void> {
  const content = createHash('sha256');
  for await (const line of textLines(source)) {
    content.update(line.text).update('\n');
    const bytes = Buffer.byteLength(line.text);
    const key = `${content.copy().digest('hex').slice(0, 40)}-${line.number}`;
    yield { number: line.number, bytes, ...turnOf(line, key) };
  }
}

function turnOf(line: TextLine, key: string): { readonly turn: Turn } | { readonly error: unknown } {
  try {
    const parsed = parseLine(TurnLine, line);
    return { turn: { ...parsed, toolCalls: parsed.toolCalls ?? [], idempotencyKey: parsed.idempotencyKey ?? key } };
  } catch (error) {
    return { error };
  }
}
