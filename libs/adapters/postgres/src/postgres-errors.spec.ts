import { describe, expect, it } from '@jest/globals';
import { Conflict, isMemoryError } from '@mneme/domain';
import { breaksConnection, isNullIn, isTransient, mapPostgresError } from './postgres-errors.js';

const PLACE = 'db.example:5432/memories';

/** As the client makes them of what the server says. */
function reported(code: string, given: object = {}): Error {
  const said = { code, severity: 'ERROR', detail: 'Key (tenant_id)=(acme) exists', routine: 'exec_simple' };
  return Object.assign(new Error('says "acme"'), said, given);
}

describe('errors of PostgreSQL', () => {
  it.each([
    ['53100', 'storage-full', 'later'],
    ['53300', 'unavailable', 'later'],
    ['53200', 'unavailable', 'later'],
    ['57P01', 'unavailable', 'later'],
    ['57P03', 'unavailable', 'later'],
    ['57014', 'timeout', 'later'],
    ['55P03', 'timeout', 'later'],
    ['40001', 'unavailable', 'later'],
    ['40P01', 'unavailable', 'later'],
    ['28P01', 'unavailable', 'later'],
    ['3D000', 'unavailable', 'later'],
    ['42P01', 'unavailable', 'later'],
    ['42501', 'unavailable', 'later'],
    ['25006', 'unavailable', 'later'],
    ['58030', 'unavailable', 'later'],
    ['08006', 'unavailable', 'later'],
    ['23505', 'conflict', 'never'],
    ['23503', 'conflict', 'never'],
    ['22021', 'invalid-input', 'never'],
    ['54000', 'limit-exceeded', 'never'],
    ['XX001', 'corrupt', 'never'],
  ])('%s is %s, again: %s', (state, code, retry) => {
    expect(mapPostgresError(reported(state), PLACE)).toMatchObject({ code, retry });
  });

  it.each([
    [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }), 'unavailable'],
    [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'unavailable'],
    [new Error('Connection terminated unexpectedly'), 'unavailable'],
    [new Error('timeout exceeded when trying to connect'), 'unavailable'],
    [new Error('Query read timeout'), 'timeout'],
  ])('of the connection are told by what they hold: %s', (error, code) => {
    expect(mapPostgresError(error, PLACE)).toMatchObject({ code, retry: 'later' });
    expect(breaksConnection(error)).toBe(true);
  });

  it('name the place, and quote nothing that was to be stored', () => {
    const texts = ['23505', '23502', '22P02'].map((state) => {
      const error = mapPostgresError(reported(state, { constraint: 'tenants_pkey' }), PLACE) as Error;
      return [error.message, (error.cause as Error | undefined)?.message, JSON.stringify(error)].join();
    });
    expect(texts.join()).not.toContain('acme');
    expect(mapPostgresError(reported('57P03'), PLACE)).toMatchObject({ message: expect.stringContaining(PLACE) });
  });

  it('stay bugs where they are bugs, and ours where they are ours', () => {
    expect(isMemoryError(mapPostgresError(reported('42601'), PLACE))).toBe(false);
    const [bug, ours] = [new TypeError('no'), new Conflict('held')];
    expect(mapPostgresError(bug, PLACE)).toBe(bug);
    expect(mapPostgresError(ours, PLACE)).toBe(ours);
    expect(breaksConnection(bug)).toBe(false);
  });

  it('tell what can be done again at once, what a connection is lost by, and which column was refused', () => {
    expect(['40001', '40P01', '23505'].map((state) => isTransient(reported(state)))).toEqual([true, true, false]);
    expect(['57P01', '08006', '0A000', '23505', '57014'].map((state) => breaksConnection(reported(state)))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    const refused = mapPostgresError(reported('23502', { column: 'fingerprint' }), PLACE);
    expect([isNullIn(refused, 'fingerprint'), isNullIn(refused, 'epoch'), isNullIn(new Error(), 'epoch')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
