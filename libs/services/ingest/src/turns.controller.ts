import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { AuthGuard } from '@mneme/platform';
import { AcceptTurns } from './accept-turns.js';
import { postedRequestOf } from './http-turns.js';

/** HTTP `/v1/turns`: what gRPC `IngestTurns` does, by the same rules and with the same errors. */
@Controller('v1/turns')
export class TurnsController {
  constructor(
    private readonly guard: AuthGuard,
    private readonly acceptTurns: AcceptTurns,
  ) {}

  @Post()
  @HttpCode(200)
  async postTurns(
    @Body() body: unknown,
    @Headers('authorization') authorization: string | undefined,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
  ) {
    const principal = await this.guard.principal(authorization);
    return this.acceptTurns.accept(principal, postedRequestOf(body, idempotencyKey));
  }
}
