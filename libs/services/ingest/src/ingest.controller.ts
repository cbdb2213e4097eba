import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod, GrpcStreamCall } from '@nestjs/microservices';
import { AuthGuard, authorizationOf } from '@mneme/platform';
import type { IngestTurnsRequest, IngestTurnsResponse } from '@mneme/proto';
import { AcceptTurns } from './accept-turns.js';
import { plainRequestOf } from './grpc-turns.js';
import { StreamTurns, type TurnStream } from './stream-turns.js';

/** gRPC `mneme.v1.Ingest`. */
@Controller()
export class IngestController {
  constructor(
    private readonly guard: AuthGuard,
    private readonly acceptTurns: AcceptTurns,
    private readonly streams: StreamTurns,
  ) {}

  @GrpcMethod('Ingest', 'IngestTurns')
  async ingestTurns(request: IngestTurnsRequest, metadata: Metadata): Promise<IngestTurnsResponse> {
    const principal = await this.guard.principal(authorizationOf(metadata));
    return this.acceptTurns.accept(principal, plainRequestOf(request));
  }

  @GrpcStreamCall('Ingest', 'StreamTurns')
  streamTurns(call: TurnStream): Promise<void> {
    return this.streams.serve(call);
  }
}
