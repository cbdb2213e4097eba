import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { authorizationOf } from '@mneme/platform';
import type {
  ApiKey as ApiKeyMessage,
  CreateKeyRequest,
  CreateKeyResponse,
  CreateOperatorKeyRequest,
  CreateTenantRequest,
  GetStatusRequest,
  GetStatusResponse,
  ListKeysRequest,
  ListKeysResponse,
  ListOperatorKeysRequest,
  ListTenantsRequest,
  ListTenantsResponse,
  RevokeKeyRequest,
  RevokeKeyResponse,
  RevokeOperatorKeyRequest,
  SetKeyRightsRequest,
  Tenant as TenantMessage,
} from '@mneme/proto';
import { Admins } from './admins.js';
import { ApiKeys } from './api-keys.js';
import { ReadStatus } from './read-status.js';
import { readTenantId, Tenants } from './tenants.js';
import { keyView, tenantView } from './views.js';

const TENANTS_PER_PAGE = 200;

/** gRPC `mneme.v1.Admin`: tenants, keys, status. */
@Controller()
export class AdminController {
  constructor(
    private readonly admins: Admins,
    private readonly tenants: Tenants,
    private readonly keys: ApiKeys,
    private readonly status: ReadStatus,
  ) {}

  @GrpcMethod('Admin', 'CreateTenant')
  async createTenant(request: CreateTenantRequest, metadata: Metadata): Promise<TenantMessage> {
    await this.admins.operator(authorizationOf(metadata));
    return tenantView(await this.tenants.create(request.tenantId, request.purpose));
  }

  @GrpcMethod('Admin', 'ListTenants')
  async listTenants(request: ListTenantsRequest, metadata: Metadata): Promise<ListTenantsResponse> {
    await this.admins.operator(authorizationOf(metadata));
    const after = request.cursor === undefined ? undefined : readTenantId(request.cursor);
    const tenants = await this.tenants.list(TENANTS_PER_PAGE, after);
    const nextCursor = tenants.length === TENANTS_PER_PAGE ? tenants.at(-1)?.tenantId : undefined;
    return { tenants: tenants.map(tenantView), nextCursor };
  }

  @GrpcMethod('Admin', 'CreateKey')
  async createKey(request: CreateKeyRequest, metadata: Metadata): Promise<CreateKeyResponse> {
    const tenantId = await this.admins.tenantFor(authorizationOf(metadata), request.tenantId);
    const { key, bearer } = await this.keys.issue(tenantId, request);
    return { key: keyView(key), secret: bearer };
  }

  @GrpcMethod('Admin', 'ListKeys')
  async listKeys(request: ListKeysRequest, metadata: Metadata): Promise<ListKeysResponse> {
    const tenantId = await this.admins.tenantFor(authorizationOf(metadata), request.tenantId);
    return { keys: (await this.keys.list(tenantId)).map(keyView) };
  }

  @GrpcMethod('Admin', 'RevokeKey')
  async revokeKey(request: RevokeKeyRequest, metadata: Metadata): Promise<RevokeKeyResponse> {
    const tenantId = await this.admins.tenantFor(authorizationOf(metadata), request.tenantId);
    await this.keys.revoke(tenantId, request.keyId);
    return {};
  }

  @GrpcMethod('Admin', 'SetKeyRights')
  async setKeyRights(request: SetKeyRightsRequest, metadata: Metadata): Promise<ApiKeyMessage> {
    const tenantId = await this.admins.tenantFor(authorizationOf(metadata), request.tenantId);
    return keyView(await this.keys.setRights(tenantId, request.keyId, request.rights));
  }

  @GrpcMethod('Admin', 'CreateOperatorKey')
  async createOperatorKey(request: CreateOperatorKeyRequest, metadata: Metadata): Promise<CreateKeyResponse> {
    await this.admins.operator(authorizationOf(metadata));
    const { key, bearer } = await this.keys.issueOperator(request.expiresAt);
    return { key: keyView(key), secret: bearer };
  }

  @GrpcMethod('Admin', 'ListOperatorKeys')
  async listOperatorKeys(_request: ListOperatorKeysRequest, metadata: Metadata): Promise<ListKeysResponse> {
    await this.admins.operator(authorizationOf(metadata));
    return { keys: (await this.keys.listOperators()).map(keyView) };
  }

  @GrpcMethod('Admin', 'RevokeOperatorKey')
  async revokeOperatorKey({ keyId }: RevokeOperatorKeyRequest, metadata: Metadata): Promise<RevokeKeyResponse> {
    await this.admins.operator(authorizationOf(metadata));
    await this.keys.revokeOperator(keyId);
    return {};
  }

  @GrpcMethod('Admin', 'GetStatus')
  async getStatus(_request: GetStatusRequest, metadata: Metadata): Promise<GetStatusResponse> {
    await this.admins.operator(authorizationOf(metadata));
    return this.status.read();
  }
}
