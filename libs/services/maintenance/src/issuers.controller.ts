import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { AllowedIssuer } from '@mneme/ports';
import { authorizationOf } from '@mneme/platform';
import type {
  AllowedIssuer as AllowedIssuerMessage,
  AllowIssuerRequest,
  ListIssuersRequest,
  ListIssuersResponse,
  RemoveIssuerRequest,
  RemoveIssuerResponse,
} from '@mneme/proto';
import { Admins } from './admins.js';
import { Issuers } from './issuers.js';

/** gRPC `mneme.v1.Admin`: whose tokens a tenant takes. */
@Controller()
export class IssuersController {
  constructor(
    private readonly admins: Admins,
    private readonly issuers: Issuers,
  ) {}

  @GrpcMethod('Admin', 'AllowIssuer')
  async allowIssuer(request: AllowIssuerRequest, metadata: Metadata): Promise<AllowedIssuerMessage> {
    const tenantId = await this.admins.tenantFor(authorizationOf(metadata), request.tenantId);
    return issuerView(await this.issuers.allow(tenantId, request));
  }

  @GrpcMethod('Admin', 'ListIssuers')
  async listIssuers(request: ListIssuersRequest, metadata: Metadata): Promise<ListIssuersResponse> {
    const tenantId = await this.admins.tenantFor(authorizationOf(metadata), request.tenantId);
    return { issuers: (await this.issuers.list(tenantId)).map(issuerView) };
  }

  @GrpcMethod('Admin', 'RemoveIssuer')
  async removeIssuer(request: RemoveIssuerRequest, metadata: Metadata): Promise<RemoveIssuerResponse> {
    const tenantId = await this.admins.tenantFor(authorizationOf(metadata), request.tenantId);
    await this.issuers.remove(tenantId, request.issuer);
    return {};
  }
}

function issuerView({ rights, ...issuer }: AllowedIssuer): AllowedIssuerMessage {
  return { ...issuer, rights: [...rights] };
}
