import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { AuthGuard, authorizationOf } from '@mneme/platform';
import type {
  AsOfRequest,
  BuildContextRequest,
  BuildContextResponse,
  FactsResponse,
  GetMemoryRequest,
  GetSessionRequest,
  GetSessionResponse,
  InitSessionRequest,
  InitSessionResponse,
  ListMemoriesRequest,
  ListMemoriesResponse,
  Memory,
  RecallRequest,
  RecallResponse,
  TraverseRequest,
} from '@mneme/proto';
import { BuildContext } from './build-context.js';
import { ReadGraph } from './read-graph.js';
import { ReadMemories } from './read-memories.js';
import { Recall } from './recall.js';

/** gRPC `mneme.v1.Retrieval`. */
@Controller()
export class RetrievalController {
  constructor(
    private readonly guard: AuthGuard,
    private readonly recalls: Recall,
    private readonly reads: ReadMemories,
    private readonly graph: ReadGraph,
    private readonly contexts: BuildContext,
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

  @GrpcMethod('Retrieval', 'Traverse')
  async traverse(request: TraverseRequest, metadata: Metadata): Promise<FactsResponse> {
    return this.graph.traverse(await this.guard.principal(authorizationOf(metadata)), request);
  }

  @GrpcMethod('Retrieval', 'AsOf')
  async asOf(request: AsOfRequest, metadata: Metadata): Promise<FactsResponse> {
    return this.graph.asOf(await this.guard.principal(authorizationOf(metadata)), request);
  }

  @GrpcMethod('Retrieval', 'InitSession')
  async initSession(request: InitSessionRequest, metadata: Metadata): Promise<InitSessionResponse> {
    return this.graph.initSession(await this.guard.principal(authorizationOf(metadata)), request);
  }

  @GrpcMethod('Retrieval', 'BuildContext')
  async buildContext(request: BuildContextRequest, metadata: Metadata): Promise<BuildContextResponse> {
    return this.contexts.build(await this.guard.principal(authorizationOf(metadata)), request);
  }
}
