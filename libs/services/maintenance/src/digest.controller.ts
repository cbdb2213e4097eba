import type { Metadata } from '@grpc/grpc-js';
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { from, map, type Observable, switchMap } from 'rxjs';
import type { TenantId } from '@mneme/events';
import { InvalidInput } from '@mneme/domain';
import { AUDITABLE_STORES, type AuditableStore } from '@mneme/ports';
import { authorizationOf } from '@mneme/platform';
import type {
  DigestRequest,
  DigestResponse,
  DropPreviousRequest,
  DropPreviousResponse,
  ReplayProgress,
  ReplayRequest,
  RollBackRequest,
} from '@mneme/proto';
import { Admins, isOperator } from './admins.js';
import { type DigestLimits, digestTenant } from './digest-tenant.js';
import { replayMemories, type ReplayStep } from './replay-memories.js';
import { rollBackStores, switchStores, type SwitchPorts } from './switch-stores.js';
import { Tenants } from './tenants.js';
import { digestView } from './views.js';

export const REPLAY_PORTS = Symbol('ReplayPorts');
const REPLAY_TIMES_MAX = 10;
const REPLAY_TENANTS_MAX = 1_000;
const DIGEST_LIMITS: DigestLimits = { catchUpMsMax: 60_000, attemptsMax: 5 };

/** gRPC `mneme.v1.Admin`: what compares stores with the log. */
@Controller()
export class DigestController {
  constructor(
    private readonly admins: Admins,
    private readonly tenants: Tenants,
    @Inject(REPLAY_PORTS) private readonly ports: SwitchPorts,
    @Inject(AUDITABLE_STORES) private readonly stores: readonly AuditableStore[],
  ) {}

  @GrpcMethod('Admin', 'Digest')
  async digest(request: DigestRequest, metadata: Metadata): Promise<DigestResponse> {
    const tenantId = await this.admins.tenantFor(authorizationOf(metadata), request.tenantId);
    const compared = await digestTenant(this.ports, { tenantId, stores: this.stores, limits: DIGEST_LIMITS });
    return digestView(compared);
  }

  @GrpcMethod('Admin', 'Replay')
  replay(request: ReplayRequest, metadata: Metadata): Observable<ReplayProgress> {
    if (request.switchOver === true) return this.switchOver(request, metadata);
    return from(this.tenantsFor(authorizationOf(metadata), request.tenantId)).pipe(
      switchMap((tenantIds) => {
        const times = timesOf(request);
        return from(replayMemories(this.ports, { tenantIds, times, shuffleSeed: request.shuffleSeed }));
      }),
      map(progressView),
    );
  }

  @GrpcMethod('Admin', 'RollBack')
  rollBack(_request: RollBackRequest, metadata: Metadata): Observable<ReplayProgress> {
    return from(this.allTenants(authorizationOf(metadata))).pipe(
      switchMap((tenantIds) => from(rollBackStores(this.ports, tenantIds))),
      map(progressView),
    );
  }

  @GrpcMethod('Admin', 'DropPrevious')
  async dropPrevious(_request: DropPreviousRequest, metadata: Metadata): Promise<DropPreviousResponse> {
    await this.admins.operator(authorizationOf(metadata));
    await this.ports.shadowStores.dropPrevious();
    return {};
  }

  private switchOver(request: ReplayRequest, metadata: Metadata): Observable<ReplayProgress> {
    if (request.tenantId !== undefined || request.times !== undefined || request.shuffleSeed !== undefined) {
      throw new InvalidInput('a switch is of all tenants, and applies the log once', { field: 'switchOver' });
    }
    return from(this.allTenants(authorizationOf(metadata))).pipe(
      switchMap((tenantIds) => from(switchStores(this.ports, tenantIds))),
      map(progressView),
    );
  }

  private async allTenants(authorization: string | undefined): Promise<readonly TenantId[]> {
    await this.admins.operator(authorization);
    return this.tenantsFor(authorization, undefined);
  }

  private async tenantsFor(
    authorization: string | undefined,
    requestedId: string | undefined,
  ): Promise<readonly TenantId[]> {
    const caller = await this.admins.caller(authorization);
    if (requestedId !== undefined || !isOperator(caller)) {
      return [await this.admins.tenantFor(authorization, requestedId)];
    }
    return (await this.tenants.list(REPLAY_TENANTS_MAX)).map(({ tenantId }) => tenantId);
  }
}

function timesOf({ times = 1 }: ReplayRequest): number {
  if (Number.isInteger(times) && times >= 1 && times <= REPLAY_TIMES_MAX) return times;
  const detail = { field: 'times', limit: `replayTimesMax=${REPLAY_TIMES_MAX}`, sent: String(times) };
  throw new InvalidInput('a log is replayed 1 to 10 times', detail);
}

function progressView({ result, ...progress }: ReplayStep): ReplayProgress {
  return { switched: undefined, ...progress, result: result === undefined ? undefined : digestView(result) };
}
