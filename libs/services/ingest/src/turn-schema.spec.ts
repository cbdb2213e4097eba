import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_LIMITS, type MemoryError } from '@mneme/domain';
import { ingestSchema, parseIngest } from './turn-schema.js';

const schema = ingestSchema({ ...DEFAULT_LIMITS, batchTurnsMax: 3, turnTextBytesMax: 20, toolCallsMax: 2 });
const turn = (given: object = {}) => ({ session: 's', role: 'user', content: 'hello', ...given });
const refusal = (request: unknown): Partial<MemoryError> & { detail?: object } => {
  try {
    parseIngest(schema, request);
  } catch (error) {
    return error as MemoryError;
  }
  return {};
};
const refusedTurn = (given: object) => refusal({ turns: [turn(), turn(given)] });

describe('the shape of a request', () => {
  it('takes every field that there is', () => {
    const full = turn({
      userId: 'ana',
      toolCalls: [{ id: '1', name: 'find', arguments: '{"a": 1}' }],
      occurredAt: '2026-03-14T09:26:53Z',
      speakerName: 'Ana María',
      scope: 'team',
      teamId: 'billing',
      idempotencyKey: 'k',
      sourceClass: 'web',
    });
    expect(parseIngest(schema, { turns: [full], idempotencyKey: 'r' })).toEqual({ turns: [full], idempotencyKey: 'r' });
  });

  it('takes a turn without text, and arguments as an object', () => {
    const sent = turn({ content: '', toolCalls: [{ name: 'find', arguments: { a: [1] } }] });
    const { turns } = parseIngest(schema, { turns: [sent] });
    expect(turns[0]?.toolCalls).toEqual([{ name: 'find', arguments: '{"a":[1]}' }]);
  });

  it.each([
    [{ content: undefined }, 'invalid-input', 'content', 'nothing'],
    [{ content: null }, 'invalid-input', 'content', 'null'],
    [{ content: 7 }, 'invalid-input', 'content', 'a number'],
    [{ content: ['a'] }, 'invalid-input', 'content', 'a list of 1'],
    [{ content: '' }, 'invalid-input', 'content', 'nothing'],
    [{ content: ' \n\t\u00a0' }, 'invalid-input', 'content', 'nothing but white space'],
    [{ content: '', toolCalls: [] }, 'invalid-input', 'content', 'nothing'],
    [{ content: 'nul \0' }, 'invalid-input', 'content', 'text of 5 characters'],
    [{ content: 'lone \udc00' }, 'invalid-input', 'content', 'text of 6 characters'],
    [{ content: 'ééééééééééé' }, 'limit-exceeded', 'content', '22'],
    [{ session: '' }, 'invalid-input', 'session', 'text of 0 characters'],
    [{ session: 'a\nb' }, 'invalid-input', 'session', 'text of 3 characters'],
    [{ session: 's'.repeat(257) }, 'limit-exceeded', 'session', '257'],
    [{ speakerName: 's'.repeat(129) }, 'limit-exceeded', 'speakerName', '129'],
    [{ role: 'wizard' }, 'invalid-input', 'role', 'text of 6 characters'],
    [{ sourceClass: 'rumour' }, 'invalid-input', 'sourceClass', 'text of 6 characters'],
    [{ scope: 'all' }, 'invalid-input', 'scope', 'text of 3 characters'],
    [{ scope: 'team' }, 'invalid-input', 'teamId', 'nothing'],
    [{ teamId: 'billing' }, 'invalid-input', 'teamId', 'a team'],
    [{ scope: 'team', teamId: 'not a name' }, 'invalid-input', 'teamId', 'text of 10 characters'],
    [{ toolCalls: {} }, 'invalid-input', 'toolCalls', 'an object'],
    [{ toolCalls: [{ name: 'f' }] }, 'invalid-input', 'toolCalls[0].arguments', 'nothing'],
    [{ toolCalls: [{ name: 'f', arguments: '{' }] }, 'invalid-input', 'toolCalls[0].arguments', 'text of 1 characters'],
    [{ toolCalls: [{ name: 'f', arguments: 'null' }] }, 'invalid-input', 'toolCalls[0].arguments', undefined],
    [{ toolCalls: [{ name: 'f', arguments: '{"long": "enough"}' }] }, 'limit-exceeded', 'toolCalls', '23 bytes'],
    [{ toolCalls: Array(3).fill({ name: 'f', arguments: '{}' }) }, 'limit-exceeded', 'toolCalls', '3'],
    [{ colour: 'red' }, 'invalid-input', 'colour', undefined],
    [{ 'a b': 'red' }, 'invalid-input', '(unnamed)', undefined],
  ])('refuses %j', (given, code, field, sent) => {
    const { code: told, detail } = refusedTurn(given);
    expect({ told, ...detail }).toMatchObject({ told: code, field: `turns[1].${field}`, index: 1 });
    if (sent !== undefined) expect(detail).toMatchObject({ sent });
  });

  it('refuses a request with no turns, too many, or fields of its own', () => {
    expect(refusal({})).toMatchObject({ code: 'invalid-input', detail: { field: 'turns', sent: 'nothing' } });
    expect(refusal({ turns: [] })).toMatchObject({ code: 'invalid-input', detail: { field: 'turns' } });
    expect(refusal({ turns: Array(4).fill(turn()) })).toMatchObject({
      code: 'limit-exceeded',
      detail: { field: 'turns', limit: 'batchTurnsMax=3', sent: '4' },
    });
    expect(refusal({ turns: [turn()], tenantId: 'x' })).toMatchObject({ detail: { field: 'tenantId' } });
    expect(refusal({ turns: [turn()], idempotencyKey: '' })).toMatchObject({ detail: { field: 'idempotencyKey' } });
  });

  it('never quotes what was sent, whatever it is', () => {
    const secret = 'zq7-Lisbon-zq7';
    const value = fc.anything().map((inner) => [secret, { [secret.replaceAll('-', ' ')]: inner }, secret]);
    const field = fc.constantFrom('content', 'role', 'session', 'toolCalls', 'scope', 'teamId', 'occurredAt');
    fc.assert(
      fc.property(field, fc.oneof(value, fc.constant(`${secret}\0`)), (name, sent) => {
        const { message, detail } = refusedTurn({ [name]: sent });
        expect(JSON.stringify({ message, detail })).not.toContain('Lisbon');
      }),
    );
  });
});
