import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Headers, Post, Req, Res } from '@nestjs/common';
import { AuthGuard } from '@mneme/platform';
import { AcceptTurns } from './accept-turns.js';
import { postedRequestOf } from './http-turns.js';
import { NDJSON, StreamLines } from './ndjson/stream-lines.js';

interface Reply extends ServerResponse {
  status(code: number): { json(body: unknown): void };
}

/** HTTP `/v1/turns`: what gRPC `IngestTurns` and `StreamTurns` do, by the same rules and with the same errors. */
@Controller('v1/turns')
export class TurnsController {
  constructor(
    private readonly guard: AuthGuard,
    private readonly acceptTurns: AcceptTurns,
    private readonly streamLines: StreamLines,
  ) {}

  @Post()
  async postTurns(
    @Req() request: IncomingMessage & { readonly body?: unknown },
    @Res() reply: Reply,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
  ): Promise<void> {
    const { authorization, 'content-type': contentType = '' } = request.headers;
    if (contentType.split(';')[0]?.trim().toLowerCase() === NDJSON) return this.streamLines.serve(request, reply);
    const principal = await this.guard.principal(authorization);
    reply.status(200).json(await this.acceptTurns.accept(principal, postedRequestOf(request.body, idempotencyKey)));
  }
}
