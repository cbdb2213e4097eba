import { describe, expect, it } from '@jest/globals';
import { isMemoryError } from '@mneme/domain';
import { z } from 'zod';
import { parsedInput } from './parsed-input.js';

const Schema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('expire'), memoryId: z.uuid(), at: z.iso.datetime({ offset: true }).optional() }),
  z.strictObject({ action: z.literal('note'), text: z.string(), version: z.string().regex(/^1$/).optional() }),
]);

function refusalOf(value: unknown) {
  try {
    return parsedInput(Schema, value);
  } catch (error) {
    if (!isMemoryError(error)) throw error;
    return { message: error.message, ...error.detail };
  }
}

describe('parsedInput', () => {
  it('gives what fits', () => {
    expect(refusalOf({ action: 'note', text: 'a' })).toEqual({ action: 'note', text: 'a' });
  });

  it.each([
    [{}, 'action', 'one of expire, note is expected here'],
    [{ action: 'erase' }, 'action', 'one of expire, note is expected here'],
    [{ action: 'expire', memoryId: 'm' }, 'memoryId', 'a uuid is expected here'],
    [
      { action: 'expire', memoryId: '7c12ed5d-05f2-5361-853b-e2ce622e02b0', at: 'tomorrow' },
      'at',
      'a time with its offset is expected here, such as 2026-03-14T09:26:53Z',
    ],
    [{ action: 'note' }, 'text', 'this field is missing'],
    [{ action: 'note', text: 1 }, 'text', 'string is expected here'],
    [{ action: 'note', text: 'a', version: '2' }, 'version', 'this has not the expected form'],
    [{ action: 'note', text: 'a', more: 1 }, 'more', 'this field is unknown'],
    [{ action: 'note', text: 'a', 'my secret': 1 }, '(unnamed)', 'this field is unknown'],
  ])('says of %j which field is wrong, and what is expected', (value, field, message) => {
    expect(refusalOf(value)).toMatchObject({ field, message });
  });

  it('quotes nothing of what was sent', () => {
    expect(JSON.stringify(refusalOf({ action: 'expire', memoryId: 'my secret' }))).not.toContain('secret');
  });
});
