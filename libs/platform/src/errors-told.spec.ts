import { describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import { type ArgumentsHost, NotFoundException } from '@nestjs/common';
import fc from 'fast-check';
import { firstValueFrom } from 'rxjs';
import { Conflict, Corrupt, InvalidInput, LimitExceeded, Timeout, Unavailable } from '@mneme/domain';
import { ERROR_TRAILER } from '@mneme/proto';
import { asciiJson } from './call-errors.js';
import { toldOf } from './error-tables.js';
import { GrpcErrorFilter } from './grpc-error-filter.js';
import { HttpErrorFilter } from './http-error-filter.js';
import { Logger } from './logger.js';
import { Metrics } from './metrics.js';

const logger = new Logger('silent');
const SECRET = 'I moved to Lisbon';

function overHttp(error: unknown) {
  const told: { status?: number; body?: unknown } = {};
  const reply = {
    status: (code: number) => {
      told.status = code;
      return reply;
    },
    json: (body: unknown) => {
      told.body = body;
    },
  };
  const host = { switchToHttp: () => ({ getResponse: () => reply }) } as unknown as ArgumentsHost;
  new HttpErrorFilter(logger, new Metrics()).catch(error, host);
  return told;
}

describe('what a failed call is told', () => {
  it.each([
    [new InvalidInput('no'), status.INVALID_ARGUMENT, 400],
    [new LimitExceeded('no'), status.INVALID_ARGUMENT, 413],
    [new Conflict('no'), status.ABORTED, 409],
    [new Conflict('no', {}, 'subject-erased'), status.FAILED_PRECONDITION, 409],
    [new Unavailable('no', {}, 'storage-full'), status.RESOURCE_EXHAUSTED, 507],
    [new Timeout('no'), status.DEADLINE_EXCEEDED, 504],
    [new Corrupt('no'), status.DATA_LOSS, 500],
    [new TypeError('no'), status.INTERNAL, 500],
  ])('says %s by gRPC %d and HTTP %d', (error, grpc, http) => {
    expect(toldOf(error)).toMatchObject({ grpc, http });
  });

  it('has every detail of an error of ours, and no cause', () => {
    const detail = { field: 'turns[0].role', limit: 'x=1', sent: '2', index: 0, cause: new Error(SECRET) };
    const { cause: _cause, ...told } = detail;
    const error = new InvalidInput('no', detail);
    expect(overHttp(error)).toEqual({
      status: 400,
      body: { error: { code: 'invalid-input', message: 'no', ...told } },
    });
  });

  it('has nothing of a foreign error but an id', async () => {
    const { body } = overHttp(new Error(SECRET));
    expect(JSON.stringify(body)).toMatch(/"code":"internal".*[0-9a-f-]{36}/);
    expect(JSON.stringify(body)).not.toContain(SECRET);
    const call = firstValueFrom(new GrpcErrorFilter(logger, new Metrics()).catch(new Error(SECRET)));
    const told = await call.catch((error: unknown) => error);
    expect(JSON.stringify(told)).not.toContain(SECRET);
  });

  it('is counted by code', () => {
    const metrics = new Metrics();
    new GrpcErrorFilter(logger, metrics).catch(new InvalidInput('no'));
    expect(metrics.snapshot()).toEqual([{ name: 'mneme_requests_refused_total', value: 1 }]);
  });

  it('is told in the same form for what the router and the body parser refuse', () => {
    const broken = Object.assign(new SyntaxError(`Unexpected token in ${SECRET}`), {
      status: 400,
      type: 'entity.parse.failed',
    });
    const large = Object.assign(new Error('request entity too large'), {
      status: 413,
      type: 'entity.too.large',
      length: 9,
    });
    expect(overHttp(new NotFoundException())).toMatchObject({ status: 404, body: { error: { code: 'not-found' } } });
    expect(overHttp(large)).toMatchObject({
      status: 413,
      body: { error: { code: 'limit-exceeded', limit: 'requestBytesMax=8388608', sent: '9 bytes' } },
    });
    expect(overHttp(broken)).toMatchObject({ status: 400, body: { error: { code: 'invalid-input', field: 'body' } } });
    expect(JSON.stringify(overHttp(broken))).not.toContain('Lisbon');
  });

  it('travels as ASCII in a trailer and reads back as it was', async () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (message) => {
        const text = asciiJson({ code: 'conflict', message });
        expect(text).toMatch(/^[\x20-\x7e]*$/);
        expect(JSON.parse(text)).toEqual({ code: 'conflict', message });
      }),
    );
    const filter = new GrpcErrorFilter(logger, new Metrics());
    const told = await firstValueFrom(filter.catch(new InvalidInput('größer'))).catch((error: unknown) => error);
    const { metadata } = told as { metadata: { get(name: string): unknown[] } };
    expect(JSON.parse(String(metadata.get(ERROR_TRAILER)[0]))).toEqual({ code: 'invalid-input', message: 'größer' });
  });
});
