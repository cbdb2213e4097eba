import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { authorizationOf } from '@mneme/platform';
import type {
  GetLagRequest,
  GetLagResponse,
  ListDeadLettersRequest,
  ListDeadLettersResponse,
  ListTopicsRequest,
  ListTopicsResponse,
  RedriveDeadLettersRequest,
  RedriveDeadLettersResponse,
} from '@mneme/proto';
import { Admins } from './admins.js';
import { ListDeadLetters } from './operations/list-dead-letters.js';
import { ReadLag } from './operations/read-lag.js';
import { RedriveDeadLetters } from './operations/redrive-dead-letters.js';

/** gRPC `mneme.v1.Operations`: the operator's alone. */
@Controller()
export class OperationsController {
  constructor(
    private readonly admins: Admins,
    private readonly lag: ReadLag,
    private readonly listed: ListDeadLetters,
    private readonly redriven: RedriveDeadLetters,
  ) {}

  @GrpcMethod('Operations', 'ListTopics')
  async listTopics(_request: ListTopicsRequest, metadata: Metadata): Promise<ListTopicsResponse> {
    await this.admins.operator(authorizationOf(metadata));
    return { topics: await this.lag.topics() };
  }

  @GrpcMethod('Operations', 'GetLag')
  async getLag(_request: GetLagRequest, metadata: Metadata): Promise<GetLagResponse> {
    await this.admins.operator(authorizationOf(metadata));
    return { lags: await this.lag.lags() };
  }

  @GrpcMethod('Operations', 'ListDeadLetters')
  async listDeadLetters(request: ListDeadLettersRequest, metadata: Metadata): Promise<ListDeadLettersResponse> {
    await this.admins.operator(authorizationOf(metadata));
    return this.listed.list(request);
  }

  @GrpcMethod('Operations', 'RedriveDeadLetters')
  async redriveDeadLetters(
    request: RedriveDeadLettersRequest,
    metadata: Metadata,
  ): Promise<RedriveDeadLettersResponse> {
    const { keyId } = await this.admins.operator(authorizationOf(metadata));
    return { redriven: await this.redriven.redrive(request.deadLetterIds, keyId) };
  }
}
