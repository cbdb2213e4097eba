import { describe, expect, it } from '@jest/globals';
import { ERASURE_STEPS, nextStep } from './erasure.js';
import * as errors from './errors.js';

const { Conflict, Corrupt, Forbidden, InvalidInput, LimitExceeded, NotFound, Timeout, Unavailable } = errors;
const TABLE: readonly (readonly [errors.MemoryError, string, errors.ErrorCode, errors.Retry])[] = [
  [new InvalidInput('x'), 'InvalidInput', 'invalid-input', 'never'],
  [new NotFound('x'), 'NotFound', 'not-found', 'never'],
  [new Conflict('x'), 'Conflict', 'conflict', 'never'],
  [new Conflict('x', {}, 'subject-erased'), 'Conflict', 'subject-erased', 'never'],
  [new Conflict('x', {}, 'legal-hold'), 'Conflict', 'legal-hold', 'never'],
  [new Forbidden('x'), 'Forbidden', 'forbidden', 'never'],
  [new Forbidden('x', {}, 'unauthenticated'), 'Forbidden', 'unauthenticated', 'never'],
  [new Unavailable('x'), 'Unavailable', 'unavailable', 'later'],
  [new Unavailable('x', {}, 'storage-full'), 'Unavailable', 'storage-full', 'later'],
  [new Timeout('x'), 'Timeout', 'timeout', 'later'],
  [new LimitExceeded('x'), 'LimitExceeded', 'limit-exceeded', 'never'],
  [new Corrupt('x'), 'Corrupt', 'corrupt', 'never'],
  [new Corrupt('x', {}, 'newer-version'), 'Corrupt', 'newer-version', 'never'],
];

describe('errors', () => {
  it.each(TABLE)('%s is %s with code %s and is to be sent again: %s', (error, name, code, retry) => {
    expect([error.name, error.code, error.retry]).toEqual([name, code, retry]);
    expect(error.message).toBe('x');
    expect(errors.isMemoryError(error)).toBe(true);
  });

  it('carry their cause and their detail', () => {
    const cause = new Error('below');
    const error = new LimitExceeded('too long', { field: 'turns[3].content', limit: 'turnTextBytesMax=65536', cause });
    expect(error.cause).toBe(cause);
    expect(error.detail).toMatchObject({ field: 'turns[3].content', limit: 'turnTextBytesMax=65536' });
    expect('cause' in new NotFound('x')).toBe(false);
  });
});

describe('isMemoryError', () => {
  it.each([
    [undefined],
    [null],
    ['text'],
    [{ code: 'conflict', retry: 'never', detail: {} }],
    [new Error('x')],
    [new TypeError('x')],
    [Object.assign(new Error('x'), { code: 'ENOENT' })],
  ])('is false for %p', (value) => {
    expect(errors.isMemoryError(value)).toBe(false);
  });

  it('is true for an error of another copy of the package', () => {
    expect(errors.isMemoryError(Object.assign(new Error('x'), { code: 'conflict', retry: 'never', detail: {} }))).toBe(
      true,
    );
  });
});

describe('nextStep', () => {
  it('walks every step of an erasure once', () => {
    const walked = [ERASURE_STEPS[0]];
    for (let step = ERASURE_STEPS[0]; step !== undefined; step = nextStep(step)) walked.push(nextStep(step));
    expect(walked).toEqual([...ERASURE_STEPS, undefined]);
  });

  it('destroys nothing before it has fenced and counted', () => {
    const before = ERASURE_STEPS.slice(0, ERASURE_STEPS.indexOf('shredded'));
    expect(before).toEqual(['requested', 'fenced', 'enumerated']);
  });
});
