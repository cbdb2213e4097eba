import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { authorizationOf } from '@mneme/platform';
import type {
  DecideTurnRequest,
  ListQuarantineRequest,
  ListQuarantineResponse,
  RejectTurnResponse,
  ReleaseTurnResponse,
} from '@mneme/proto';
import { Admins } from '../admins.js';
import { DecideQuarantine, type Decider } from './decide-quarantine.js';
import { ListQuarantine } from './list-quarantine.js';

/** gRPC `mneme.v1.Quarantine`. */
@Controller()
export class QuarantineController {
  constructor(
    private readonly admins: Admins,
    private readonly listed: ListQuarantine,
    private readonly decided: DecideQuarantine,
  ) {}

  @GrpcMethod('Quarantine', 'ListQuarantine')
  async listQuarantine(request: ListQuarantineRequest, metadata: Metadata): Promise<ListQuarantineResponse> {
    const tenantId = await this.admins.tenantFor(authorizationOf(metadata), request.tenantId);
    return this.listed.list(await this.admins.caller(authorizationOf(metadata)), tenantId, request);
  }

  @GrpcMethod('Quarantine', 'ReleaseTurn')
  async releaseTurn(request: DecideTurnRequest, metadata: Metadata): Promise<ReleaseTurnResponse> {
    return this.decided.release(await this.deciderOf(request, metadata), request.quarantineId);
  }

  @GrpcMethod('Quarantine', 'RejectTurn')
  async rejectTurn(request: DecideTurnRequest, metadata: Metadata): Promise<RejectTurnResponse> {
    return { turnId: await this.decided.reject(await this.deciderOf(request, metadata), request.quarantineId) };
  }

  private async deciderOf(request: DecideTurnRequest, metadata: Metadata): Promise<Decider> {
    const authorization = authorizationOf(metadata);
    const tenantId = await this.admins.tenantFor(authorization, request.tenantId);
    return { tenantId, decidedBy: (await this.admins.caller(authorization)).keyId };
  }
}
