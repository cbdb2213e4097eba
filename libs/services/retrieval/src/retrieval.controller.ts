import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { AuthGuard, authorizationOf } from '@mneme/platform';
import type {
  GetMemoryRequest,
  GetSessionRequest,
  GetSessionResponse,
  ListMemoriesRequest,
  ListMemoriesResponse,
  Memory,
  RecallRequest,
  RecallResponse,
} from '@mneme/proto';
import { ReadMemories } from './read-memories.js';
import { Recall } from './recall.js';

/** gRPC `mneme.v1.Retrieval`. */
@Controller()
export class RetrievalController {
  constructor(
    private readonly guard: AuthGuard,
    private readonly recalls: Recall,
    private readonly reads: ReadMemories,
  ) {}

  @GrpcMethod('Retrieval', 'Recall')
  async recall(request: RecallRequest, metadata: Metadata): Promise<RecallResponse> {
    return this.recalls.recall(await this.guard.principal(authorizationOf(metadata)), request);
  }

  @GrpcMethod('Retrieval', 'GetMemory')
  async getMemory(request: GetMemoryRequest, metadata: Metadata): Promise<Memory> {
    const principal = await this.guard.principal(authorizationOf(metadata));
    return this.reads.get(principal, request.memoryId, request.userId);
  }

  @GrpcMethod('Retrieval', 'ListMemories')
  async listMemories(request: ListMemoriesRequest, metadata: Metadata): Promise<ListMemoriesResponse> {
    return this.reads.list(await this.guard.principal(authorizationOf(metadata)), request);
  }

  @GrpcMethod('Retrieval', 'GetSession')
  async getSession(request: GetSessionRequest, metadata: Metadata): Promise<GetSessionResponse> {
    return this.reads.session(await this.guard.principal(authorizationOf(metadata)), request);
  }
}
