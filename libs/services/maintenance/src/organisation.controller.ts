import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import type { TenantId } from '@mneme/events';
import type { Agent } from '@mneme/ports';
import { authorizationOf } from '@mneme/platform';
import type {
  Agent as AgentMessage,
  AgentRequest,
  CreateAgentRequest,
  Department,
  DepartmentRequest,
  Grant,
  GrantRequest,
  ListAgentsResponse,
  ListDepartmentsResponse,
  ListGrantsRequest,
  ListGrantsResponse,
  ListOrganisationRequest,
  ListTeamsResponse,
  MembershipRequest,
  MoveAgentRequest,
  RemovedResponse,
  Team,
  TeamRequest,
} from '@mneme/proto';
import { Admins } from './admins.js';
import { Organisation } from './organisation.js';

interface OfTenant {
  readonly tenantId?: string | undefined;
}

/** gRPC `mneme.v1.Organisation`: departments, teams, agents, grants. */
@Controller()
export class OrganisationController {
  constructor(
    private readonly admins: Admins,
    private readonly organisation: Organisation,
  ) {}

  @GrpcMethod('Organisation', 'CreateDepartment')
  async createDepartment(request: DepartmentRequest, metadata: Metadata): Promise<Department> {
    return this.organisation.createDepartment(await this.tenant(request, metadata), request.departmentId);
  }

  @GrpcMethod('Organisation', 'ListDepartments')
  async listDepartments(request: ListOrganisationRequest, metadata: Metadata): Promise<ListDepartmentsResponse> {
    const tenantId = await this.tenant(request, metadata);
    const { items, nextCursor } = await this.organisation.departments(tenantId, request.cursor);
    return { departments: [...items], nextCursor };
  }

  @GrpcMethod('Organisation', 'RemoveDepartment')
  async removeDepartment(request: DepartmentRequest, metadata: Metadata): Promise<RemovedResponse> {
    await this.organisation.removeDepartment(await this.tenant(request, metadata), request.departmentId);
    return {};
  }

  @GrpcMethod('Organisation', 'CreateTeam')
  async createTeam(request: TeamRequest, metadata: Metadata): Promise<Team> {
    return this.organisation.createTeam(await this.tenant(request, metadata), request.teamId);
  }

  @GrpcMethod('Organisation', 'ListTeams')
  async listTeams(request: ListOrganisationRequest, metadata: Metadata): Promise<ListTeamsResponse> {
    const tenantId = await this.tenant(request, metadata);
    const { items, nextCursor } = await this.organisation.teams(tenantId, request.cursor);
    return { teams: [...items], nextCursor };
  }

  @GrpcMethod('Organisation', 'RemoveTeam')
  async removeTeam(request: TeamRequest, metadata: Metadata): Promise<RemovedResponse> {
    await this.organisation.removeTeam(await this.tenant(request, metadata), request.teamId);
    return {};
  }

  @GrpcMethod('Organisation', 'CreateAgent')
  async createAgent(request: CreateAgentRequest, metadata: Metadata): Promise<AgentMessage> {
    return agentView(await this.organisation.createAgent(await this.tenant(request, metadata), request));
  }

  @GrpcMethod('Organisation', 'ListAgents')
  async listAgents(request: ListOrganisationRequest, metadata: Metadata): Promise<ListAgentsResponse> {
    const tenantId = await this.tenant(request, metadata);
    const { items, nextCursor } = await this.organisation.agents(tenantId, request.cursor);
    return { agents: items.map(agentView), nextCursor };
  }

  @GrpcMethod('Organisation', 'MoveAgent')
  async moveAgent(request: MoveAgentRequest, metadata: Metadata): Promise<AgentMessage> {
    const tenantId = await this.tenant(request, metadata);
    return agentView(await this.organisation.moveAgent(tenantId, request.agentId, request.departmentId));
  }

  @GrpcMethod('Organisation', 'JoinTeam')
  async joinTeam(request: MembershipRequest, metadata: Metadata): Promise<AgentMessage> {
    const tenantId = await this.tenant(request, metadata);
    return agentView(await this.organisation.joinTeam(tenantId, request.agentId, request.teamId));
  }

  @GrpcMethod('Organisation', 'LeaveTeam')
  async leaveTeam(request: MembershipRequest, metadata: Metadata): Promise<AgentMessage> {
    const tenantId = await this.tenant(request, metadata);
    return agentView(await this.organisation.leaveTeam(tenantId, request.agentId, request.teamId));
  }

  @GrpcMethod('Organisation', 'RemoveAgent')
  async removeAgent(request: AgentRequest, metadata: Metadata): Promise<RemovedResponse> {
    await this.organisation.removeAgent(await this.tenant(request, metadata), request.agentId);
    return {};
  }

  @GrpcMethod('Organisation', 'CreateGrant')
  async createGrant(request: GrantRequest, metadata: Metadata): Promise<Grant> {
    return this.organisation.createGrant(await this.tenant(request, metadata), request);
  }

  @GrpcMethod('Organisation', 'ListGrants')
  async listGrants(request: ListGrantsRequest, metadata: Metadata): Promise<ListGrantsResponse> {
    return { grants: [...(await this.organisation.grants(await this.tenant(request, metadata)))] };
  }

  @GrpcMethod('Organisation', 'RemoveGrant')
  async removeGrant(request: GrantRequest, metadata: Metadata): Promise<RemovedResponse> {
    await this.organisation.removeGrant(await this.tenant(request, metadata), request);
    return {};
  }

  private tenant({ tenantId }: OfTenant, metadata: Metadata): Promise<TenantId> {
    return this.admins.tenantFor(authorizationOf(metadata), tenantId);
  }
}

function agentView({ teamIds, ...agent }: Agent): AgentMessage {
  return { ...agent, teamIds: [...teamIds] };
}
