import { describe, expect, it } from '@jest/globals';
import { Corrupt } from '@mneme/domain';
import neo4j from 'neo4j-driver';
import { isTransient, mapNeo4jError } from './neo4j-errors.js';

const PLACE = 'graph:7687';
const QUOTED = 'Node(7) already exists with label and property `tenantId` = acme';
const errorOf = (code: string) => new neo4j.Neo4jError(QUOTED, code, '', '');
const mapped = (code: string) => mapNeo4jError(errorOf(code), PLACE) as Error & { code?: string };

describe('errors of Neo4j', () => {
  it.each([
    ['ServiceUnavailable', 'unavailable'],
    ['SessionExpired', 'unavailable'],
    ['N/A', 'unavailable'],
    ['Neo.TransientError.Transaction.DeadlockDetected', 'unavailable'],
    ['Neo.TransientError.Database.DatabaseUnavailable', 'unavailable'],
    ['Neo.TransientError.General.MemoryPoolOutOfMemoryError', 'unavailable'],
    ['Neo.ClientError.Security.Unauthorized', 'unavailable'],
    ['Neo.ClientError.Schema.ConstraintValidationFailed', 'unavailable'],
    ['Neo.ClientError.Transaction.TransactionTimedOut', 'timeout'],
    ['Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration', 'timeout'],
  ])('%s becomes %s, to be tried later', (code, ours) => {
    expect(mapped(code)).toMatchObject({ code: ours, retry: 'later' });
    expect(mapped(code).message).toContain(PLACE);
  });

  it.each(['ServiceUnavailable', 'N/A', 'Neo.ClientError.Statement.SyntaxError'])('%s quotes nothing', (code) => {
    const error = mapped(code);
    expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toContain('acme');
  });

  it('a bug of ours is none of them', () => {
    expect(mapped('Neo.ClientError.Statement.SyntaxError')).not.toHaveProperty('retry');
    expect(mapNeo4jError(new TypeError('no'), PLACE)).toBeInstanceOf(TypeError);
  });

  it('ours stay as they are', () => {
    const ours = new Corrupt('damaged');
    expect(mapNeo4jError(ours, PLACE)).toBe(ours);
  });

  it('what stood in the way is done again at once, and nothing else', () => {
    expect(isTransient(errorOf('Neo.TransientError.Transaction.DeadlockDetected'))).toBe(true);
    expect(isTransient(errorOf('Neo.ClientError.Statement.EntityNotFound'))).toBe(true);
    expect(isTransient(errorOf('SessionExpired'))).toBe(true);
    expect(isTransient(errorOf('Neo.ClientError.Transaction.TransactionTimedOut'))).toBe(false);
    expect(isTransient(errorOf('Neo.ClientError.Security.Unauthorized'))).toBe(false);
    expect(isTransient(new Error('Neo.TransientError'))).toBe(false);
  });
});
