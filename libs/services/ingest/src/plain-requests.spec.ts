import { describe, expect, it } from '@jest/globals';
import { IngestTurnsRequest } from '@mneme/proto';
import { plainRequestOf } from './grpc-turns.js';
import { postedRequestOf } from './http-turns.js';

describe('a gRPC request in the plain shape', () => {
  it('leaves out what was not sent, and empty texts that mean nothing', () => {
    const turns = [{ session: '', role: '', content: '', toolCalls: [{ name: '', arguments: '' }] }];
    const decoded = IngestTurnsRequest.decode(IngestTurnsRequest.encode({ turns }).finish());
    expect(plainRequestOf(decoded)).toEqual({ turns: [{ content: '', toolCalls: [{}] }] });
  });

  it('keeps what was sent, also when it is empty and wrong', () => {
    const turn = {
      userId: '',
      session: 's',
      role: 'user',
      content: 'c',
      occurredAt: '',
      speakerName: 'Ana',
      scope: 'team',
      teamId: 't',
      idempotencyKey: 'k',
      sourceClass: 'web',
    };
    const sent = { turns: [{ ...turn, toolCalls: [] }], idempotencyKey: 'r' };
    const decoded = IngestTurnsRequest.decode(IngestTurnsRequest.encode(sent).finish());
    expect(plainRequestOf(decoded)).toEqual({ turns: [turn], idempotencyKey: 'r' });
  });
});

describe('a posted request in the plain shape', () => {
  it('is one turn or a list of them, and the header names it', () => {
    expect(postedRequestOf({ role: 'user' }, undefined)).toEqual({ turns: [{ role: 'user' }] });
    expect(postedRequestOf({ role: 'user', idempotencyKey: 'own' }, 'h')).toEqual({
      turns: [{ role: 'user', idempotencyKey: 'own' }],
      idempotencyKey: 'h',
    });
    expect(postedRequestOf({ turns: [], idempotencyKey: 'h' }, 'h')).toEqual({ turns: [], idempotencyKey: 'h' });
  });

  it('is not named in two ways', () => {
    expect(() => postedRequestOf({ turns: [], idempotencyKey: 'b' }, 'h')).toThrow('differently');
  });

  it.each([
    [undefined, 'nothing'],
    [null, 'nothing'],
    ['text', 'a string'],
    [[1, 2], 'a list of 2'],
  ])('is an object, not %j', (body, sent) => {
    expect(() => postedRequestOf(body, undefined)).toThrow(
      expect.objectContaining({ code: 'invalid-input', detail: { field: 'body', sent } }),
    );
  });
});
