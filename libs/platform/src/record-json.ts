import { Corrupt } from '@mneme/domain';
import type { LogRecord } from '@mneme/ports';
import type { z } from 'zod';

/** A record's value by its schema. @throws Corrupt for a tombstone and for what does not fit, without quoting it. */
export function recordOf<S extends z.ZodType>(schema: S, record: LogRecord): z.infer<S> {
  if (record.value === null) throw new Corrupt('a record has no value');
  return parsedJson(schema, record.value);
}

/** JSON text by its schema. @throws Corrupt, never quoting the text: no parser's message is passed on as a cause. */
export function parsedJson<S extends z.ZodType>(schema: S, text: string): z.infer<S> {
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new Corrupt('a record does not fit its schema', { field });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Corrupt('a record is not JSON');
  }
}
