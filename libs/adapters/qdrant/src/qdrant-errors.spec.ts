import { describe, expect, it } from '@jest/globals';
import { InvalidInput } from '@mneme/domain';
import { isAlreadyThere, isNotFound, memoryErrorOf, QdrantRefusal } from './qdrant-errors.js';

const ADDRESS = 'qdrant:6333';

describe('memoryErrorOf', () => {
  it.each([
    [401, 'Must provide an API key', 'unavailable', 'later'],
    [403, 'Invalid API key', 'unavailable', 'later'],
    [404, "Collection `mneme.a` doesn't exist!", 'unavailable', 'later'],
    [429, 'rate limiting exceeded', 'unavailable', 'later'],
    [500, 'Service internal error: something', 'unavailable', 'later'],
    [503, '', 'unavailable', 'later'],
    [507, 'Insufficient storage', 'storage-full', 'later'],
    [500, 'WAL: No space left on device', 'storage-full', 'later'],
    [400, 'Bad request: index required', 'corrupt', 'never'],
    [422, 'Validation error in JSON body', 'corrupt', 'never'],
  ])('turns %d "%s" into %s', (status, reason, code, retry) => {
    const cause = new QdrantRefusal(status, reason);
    const error = memoryErrorOf(cause, ADDRESS);
    expect(error).toMatchObject({ code, retry, cause });
    expect(error.message).toContain(ADDRESS);
    if (reason !== '') expect(error.message).not.toContain(reason);
  });

  it('says of a connection that fails that Qdrant does not answer, and leaves errors of ours alone', () => {
    const cause = new TypeError('fetch failed');
    expect(memoryErrorOf(cause, ADDRESS)).toMatchObject({
      code: 'unavailable',
      message: `Qdrant at ${ADDRESS} does not answer`,
      cause,
    });
    const own = new InvalidInput('a vector is wrong');
    expect(memoryErrorOf(own, ADDRESS)).toBe(own);
  });
});

describe('what a caller may know what to do with', () => {
  it('is a collection that is not there, and one that another has made', () => {
    expect(isNotFound(new QdrantRefusal(404, ''))).toBe(true);
    expect(isNotFound(new QdrantRefusal(500, ''))).toBe(false);
    expect(isNotFound(new Error('404'))).toBe(false);
    expect(isAlreadyThere(new QdrantRefusal(409, ''))).toBe(true);
    expect(isAlreadyThere(new QdrantRefusal(400, 'Wrong input: Collection `a` already exists!'))).toBe(true);
    expect(isAlreadyThere(new QdrantRefusal(400, 'Wrong input'))).toBe(false);
  });
});
