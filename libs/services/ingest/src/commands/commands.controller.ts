import type { Metadata } from '@grpc/grpc-js';
import { Body, Controller, Headers, HttpCode, Post } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { AuthGuard, authorizationOf } from '@mneme/platform';
import type {
  CommandResponse,
  ConfirmRequest,
  CorrectRequest,
  ExpireRequest,
  RecordProcedureRequest,
  RetractRequest,
  SetImportanceRequest,
} from '@mneme/proto';
import { GiveCommand } from './give-command.js';
import { plainCommandOf } from './grpc-commands.js';

/** gRPC `mneme.v1.Commands` and HTTP `/v1/commands`: the same commands by the same rules and with the same errors. */
@Controller('v1/commands')
export class CommandsController {
  constructor(
    private readonly guard: AuthGuard,
    private readonly giveCommand: GiveCommand,
  ) {}

  @GrpcMethod('Commands', 'RecordProcedure')
  recordProcedure(request: RecordProcedureRequest, metadata: Metadata): Promise<CommandResponse> {
    return this.give('record-procedure', request, metadata);
  }

  @GrpcMethod('Commands', 'Retract')
  retract(request: RetractRequest, metadata: Metadata): Promise<CommandResponse> {
    return this.give('retract', request, metadata);
  }

  @GrpcMethod('Commands', 'Correct')
  correct(request: CorrectRequest, metadata: Metadata): Promise<CommandResponse> {
    return this.give('correct', request, metadata);
  }

  @GrpcMethod('Commands', 'Confirm')
  confirm(request: ConfirmRequest, metadata: Metadata): Promise<CommandResponse> {
    return this.give('confirm', request, metadata);
  }

  @GrpcMethod('Commands', 'Expire')
  expire(request: ExpireRequest, metadata: Metadata): Promise<CommandResponse> {
    return this.give('expire', request, metadata);
  }

  @GrpcMethod('Commands', 'SetImportance')
  setImportance(request: SetImportanceRequest, metadata: Metadata): Promise<CommandResponse> {
    return this.give('set-importance', request, metadata);
  }

  /** The body names its `action`; its other fields are those of the gRPC request, in the case of JSON. */
  @Post()
  @HttpCode(200)
  async postCommand(@Body() body: unknown, @Headers('authorization') authorization: string | undefined) {
    return this.giveCommand.give(await this.guard.principal(authorization), body);
  }

  private async give(action: string, request: object, metadata: Metadata): Promise<CommandResponse> {
    const principal = await this.guard.principal(authorizationOf(metadata));
    return this.giveCommand.give(principal, plainCommandOf(action, request));
  }
}
