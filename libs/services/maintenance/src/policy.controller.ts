import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { authorizationOf, BudgetMeter } from '@mneme/platform';
import type {
  ExplainPolicyRequest,
  ExplainPolicyResponse,
  GetPolicyRequest,
  SetPolicyRequest,
  Tenant as TenantMessage,
} from '@mneme/proto';
import { Admins } from './admins.js';
import { explainedPolicy } from './explain-policy.js';
import { Tenants } from './tenants.js';
import { tenantView } from './views.js';

/** gRPC `mneme.v1.Admin`: what a tenant may set. */
@Controller()
export class PolicyController {
  constructor(
    private readonly admins: Admins,
    private readonly tenants: Tenants,
    private readonly budgets: BudgetMeter,
  ) {}

  @GrpcMethod('Admin', 'GetPolicy')
  async getPolicy(request: GetPolicyRequest, metadata: Metadata): Promise<TenantMessage> {
    const tenantId = await this.admins.tenantFor(authorizationOf(metadata), request.tenantId);
    return tenantView(await this.tenants.get(tenantId));
  }

  @GrpcMethod('Admin', 'ExplainPolicy')
  async explainPolicy(request: ExplainPolicyRequest, metadata: Metadata): Promise<ExplainPolicyResponse> {
    const tenantId = await this.admins.tenantFor(authorizationOf(metadata), request.tenantId);
    const tenant = await this.tenants.get(tenantId);
    return { fields: explainedPolicy(tenant), used: await this.budgets.usedToday(tenantId) };
  }

  @GrpcMethod('Admin', 'SetPolicy')
  async setPolicy(request: SetPolicyRequest, metadata: Metadata): Promise<TenantMessage> {
    const { tenantId, isOperator } = await this.admins.over(authorizationOf(metadata), request.tenantId);
    return tenantView(await this.tenants.setPolicy(tenantId, request.policyJson, { mayLoosen: isOperator }));
  }
}
