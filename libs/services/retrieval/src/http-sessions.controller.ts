import { Body, Controller, Get, Headers, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { AuthGuard, parsedInput } from '@mneme/platform';
import type { z } from 'zod';
import type { SessionStateKind } from '@mneme/ports';
import { EndSession } from './sessions/end-session.js';
import { HandOffSession } from './sessions/hand-off-session.js';
import { KeepStates } from './sessions/keep-states.js';
import { ResumeSession } from './sessions/resume-session.js';
import {
  HandedOff,
  Resumption,
  SessionEnding,
  SessionQuery,
  WrittenState,
  WrittenTask,
} from './sessions/session-schema.js';

/** HTTP `/v1/sessions`: what gRPC `Sessions` does, by the same rules and with the same errors. */
@Controller('v1/sessions')
export class HttpSessionsController {
  constructor(
    private readonly guard: AuthGuard,
    private readonly states: KeepStates,
    private readonly handOffs: HandOffSession,
    private readonly resumes: ResumeSession,
    private readonly ends: EndSession,
  ) {}

  @Get(':session/task')
  getTask(@Param('session') session: string, @Query() query: unknown, @Headers('authorization') key?: string) {
    return this.get('task', { session, query, key });
  }

  @Put(':session/task')
  putTask(@Param('session') session: string, @Body() body: unknown, @Headers('authorization') key?: string) {
    return this.put('task', WrittenTask, { session, body, key });
  }

  @Get(':session/working')
  getWorking(@Param('session') session: string, @Query() query: unknown, @Headers('authorization') key?: string) {
    return this.get('working', { session, query, key });
  }

  @Put(':session/working')
  putWorking(@Param('session') session: string, @Body() body: unknown, @Headers('authorization') key?: string) {
    return this.put('working', WrittenState, { session, body, key });
  }

  @Post(':session/hand-off')
  @HttpCode(200)
  async handOff(@Param('session') session: string, @Body() body: unknown, @Headers('authorization') key?: string) {
    const principal = await this.guard.principal(key);
    return this.handOffs.handOff(principal, { ...parsedInput(HandedOff, body), session });
  }

  @Post(':session/end')
  @HttpCode(200)
  async end(@Param('session') session: string, @Body() body: unknown, @Headers('authorization') key?: string) {
    const principal = await this.guard.principal(key);
    return this.ends.end(principal, { ...parsedInput(SessionEnding, body ?? {}), session });
  }

  /** The token names the session. */
  @Post('resume')
  @HttpCode(200)
  async resume(@Body() body: unknown, @Headers('authorization') key?: string) {
    const principal = await this.guard.principal(key);
    return this.resumes.resume(principal, parsedInput(Resumption, body));
  }

  private async get(kind: SessionStateKind, { session, query, key }: Asked) {
    const principal = await this.guard.principal(key);
    return this.states.get(principal, kind, { ...parsedInput(SessionQuery, query), session });
  }

  private async put(
    kind: SessionStateKind,
    schema: typeof WrittenTask | typeof WrittenState,
    { session, body, key }: Sent,
  ) {
    const principal = await this.guard.principal(key);
    const written: z.infer<typeof WrittenTask> = parsedInput(schema, body);
    return { revision: await this.states.set(principal, kind, { ...written, session }) };
  }
}

interface Asked {
  readonly session: string;
  readonly query: unknown;
  readonly key: string | undefined;
}

interface Sent {
  readonly session: string;
  readonly body: unknown;
  readonly key: string | undefined;
}
