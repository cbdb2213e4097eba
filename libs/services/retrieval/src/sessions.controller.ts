import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { AuthGuard, authorizationOf } from '@mneme/platform';
import type {
  EndSessionRequest,
  EndSessionResponse,
  GetStateRequest,
  GetStateResponse,
  HandOffRequest,
  HandOffResponse,
  ResumeRequest,
  ResumeResponse,
  SetStateRequest,
  SetStateResponse,
} from '@mneme/proto';
import { EndSession } from './sessions/end-session.js';
import { HandOffSession } from './sessions/hand-off-session.js';
import { KeepStates } from './sessions/keep-states.js';
import { ResumeSession } from './sessions/resume-session.js';

/** gRPC `mneme.v1.Sessions`. */
@Controller()
export class SessionsController {
  constructor(
    private readonly guard: AuthGuard,
    private readonly states: KeepStates,
    private readonly handOffs: HandOffSession,
    private readonly resumes: ResumeSession,
    private readonly ends: EndSession,
  ) {}

  @GrpcMethod('Sessions', 'SetTaskState')
  async setTaskState(request: SetStateRequest, metadata: Metadata): Promise<SetStateResponse> {
    return { revision: await this.states.set(await this.principalOf(metadata), 'task', request) };
  }

  @GrpcMethod('Sessions', 'GetTaskState')
  async getTaskState(request: GetStateRequest, metadata: Metadata): Promise<GetStateResponse> {
    return this.states.get(await this.principalOf(metadata), 'task', request);
  }

  @GrpcMethod('Sessions', 'SetWorkingState')
  async setWorkingState(request: SetStateRequest, metadata: Metadata): Promise<SetStateResponse> {
    return { revision: await this.states.set(await this.principalOf(metadata), 'working', request) };
  }

  @GrpcMethod('Sessions', 'GetWorkingState')
  async getWorkingState(request: GetStateRequest, metadata: Metadata): Promise<GetStateResponse> {
    return this.states.get(await this.principalOf(metadata), 'working', request);
  }

  @GrpcMethod('Sessions', 'HandOff')
  async handOff(request: HandOffRequest, metadata: Metadata): Promise<HandOffResponse> {
    return this.handOffs.handOff(await this.principalOf(metadata), request);
  }

  @GrpcMethod('Sessions', 'Resume')
  async resume(request: ResumeRequest, metadata: Metadata): Promise<ResumeResponse> {
    return this.resumes.resume(await this.principalOf(metadata), request);
  }

  @GrpcMethod('Sessions', 'EndSession')
  async endSession(request: EndSessionRequest, metadata: Metadata): Promise<EndSessionResponse> {
    return this.ends.end(await this.principalOf(metadata), request);
  }

  private principalOf(metadata: Metadata) {
    return this.guard.principal(authorizationOf(metadata));
  }
}
