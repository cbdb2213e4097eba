import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { Erasure, Principal } from '@mneme/domain';
import { AuthGuard, authorizationOf } from '@mneme/platform';
import type {
  EnrolUserRequest,
  EnrolUserResponse,
  EraseUserRequest,
  ErasureReport,
  GetErasureRequest,
  ListErasuresRequest,
  ListErasuresResponse,
  SetLegalHoldRequest,
  SetLegalHoldResponse,
} from '@mneme/proto';
import { EnrolUser } from './enrol-user.js';
import { reportOf } from './erasure-report.js';
import { LegalHolds } from './legal-holds.js';
import { ReadErasures } from './read-erasures.js';
import { RunErasures } from './run-erasures.js';
import { StartErasure } from './start-erasure.js';

/** gRPC `mneme.v1.Erasure`. */
@Controller()
export class ErasureController {
  constructor(
    @Inject(AuthGuard) private readonly guard: AuthGuard,
    @Inject(StartErasure) private readonly start: StartErasure,
    @Inject(ReadErasures) private readonly erasures: ReadErasures,
    @Inject(EnrolUser) private readonly enrolments: EnrolUser,
    @Inject(LegalHolds) private readonly holds: LegalHolds,
    @Inject(RunErasures) private readonly runs: RunErasures,
  ) {}

  @GrpcMethod('Erasure', 'EraseUser')
  async eraseUser(request: EraseUserRequest, metadata: Metadata): Promise<ErasureReport> {
    return this.report(await this.start.erase(await this.principal(metadata), request));
  }

  @GrpcMethod('Erasure', 'GetErasure')
  async getErasure({ erasureId }: GetErasureRequest, metadata: Metadata): Promise<ErasureReport> {
    return this.report(await this.erasures.get(await this.principal(metadata), erasureId));
  }

  @GrpcMethod('Erasure', 'ListErasures')
  async listErasures(_request: ListErasuresRequest, metadata: Metadata): Promise<ListErasuresResponse> {
    const erasures = await this.erasures.list(await this.principal(metadata));
    return { erasures: erasures.map((erasure) => this.report(erasure)) };
  }

  @GrpcMethod('Erasure', 'EnrolUser')
  async enrolUser({ userId }: EnrolUserRequest, metadata: Metadata): Promise<EnrolUserResponse> {
    return { epoch: await this.enrolments.enrol(await this.principal(metadata), userId) };
  }

  @GrpcMethod('Erasure', 'SetLegalHold')
  async setLegalHold({ userId, name }: SetLegalHoldRequest, metadata: Metadata): Promise<SetLegalHoldResponse> {
    await this.holds.set(await this.principal(metadata), userId, name);
    return {};
  }

  private report(erasure: Erasure): ErasureReport {
    return reportOf(erasure, this.runs.waitingFor(erasure.erasureId));
  }

  private principal(metadata: Metadata): Promise<Principal> {
    return this.guard.principal(authorizationOf(metadata));
  }
}
