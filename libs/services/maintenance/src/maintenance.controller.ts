import type { Metadata } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { MemoryId, MemoryKind, SubjectId } from '@mneme/events';
import { authorizationOf } from '@mneme/platform';
import type {
  AuditRequest,
  DiagnoseRequest,
  Diagnosis,
  GetJunkRequest,
  JunkFigures,
  ListAuditFindingsRequest,
  ListAuditFindingsResponse,
  ListAuditsRequest,
  ListAuditsResponse,
  ListDueReviewsRequest,
  ListDueReviewsResponse,
  MemoryAudit,
  RemoveWebhookResponse,
  SetWebhookRequest,
  StartAuditRequest,
  Webhook,
  WebhookKey,
  WebhookRequest,
} from '@mneme/proto';
import { z } from 'zod';
import { Admins } from './admins.js';
import { Audits } from './audits/audits.js';
import { decodedCursor, encodedCursor } from './cursors.js';
import { Diagnose } from './diagnose.js';
import { auditView, findingView, reviewView, webhookKeyView, webhookView } from './maintenance-views.js';
import { ReadJunk } from './read-junk.js';
import { DueReviews } from './reviews/due-reviews.js';
import { Webhooks } from './webhook/webhooks.js';

const Place = z.strictObject({
  kind: MemoryKind.optional(),
  after: z.strictObject({ at: z.int(), memoryId: MemoryId }).optional(),
  subjectId: SubjectId.optional(),
});

/** gRPC `mneme.v1.Maintenance`: audits, reviews, junk figures, webhooks, diagnosis. */
@Controller()
export class MaintenanceController {
  constructor(
    private readonly admins: Admins,
    private readonly audits: Audits,
    private readonly reviews: DueReviews,
    private readonly junk: ReadJunk,
    private readonly webhooks: Webhooks,
    private readonly diagnosis: Diagnose,
  ) {}

  @GrpcMethod('Maintenance', 'StartAudit')
  async startAudit({ tenantId, aim }: StartAuditRequest, metadata: Metadata): Promise<MemoryAudit> {
    const caller = await this.admins.caller(authorizationOf(metadata));
    const tenant = await this.tenantFor(metadata, tenantId);
    return auditView(await this.audits.begin(tenant, { aim, requestedBy: caller.keyId }));
  }

  @GrpcMethod('Maintenance', 'RunAudit')
  async runAudit({ tenantId, auditId }: AuditRequest, metadata: Metadata): Promise<MemoryAudit> {
    return auditView(await this.audits.run(await this.tenantFor(metadata, tenantId), auditId));
  }

  @GrpcMethod('Maintenance', 'StopAudit')
  async stopAudit({ tenantId, auditId }: AuditRequest, metadata: Metadata): Promise<MemoryAudit> {
    return auditView(await this.audits.stop(await this.tenantFor(metadata, tenantId), auditId));
  }

  @GrpcMethod('Maintenance', 'GetAudit')
  async getAudit({ tenantId, auditId }: AuditRequest, metadata: Metadata): Promise<MemoryAudit> {
    return auditView(await this.audits.get(await this.tenantFor(metadata, tenantId), auditId));
  }

  @GrpcMethod('Maintenance', 'ListAudits')
  async listAudits({ tenantId }: ListAuditsRequest, metadata: Metadata): Promise<ListAuditsResponse> {
    return { audits: (await this.audits.list(await this.tenantFor(metadata, tenantId))).map(auditView) };
  }

  @GrpcMethod('Maintenance', 'ListAuditFindings')
  async listAuditFindings(
    { tenantId, auditId, cursor }: ListAuditFindingsRequest,
    metadata: Metadata,
  ): Promise<ListAuditFindingsResponse> {
    const audit = await this.audits.get(await this.tenantFor(metadata, tenantId), auditId);
    const place = cursor === undefined ? {} : decodedCursor(Place, cursor);
    const { findings, next } = await this.audits.findings(audit, place);
    return { findings: findings.map(findingView), nextCursor: next === undefined ? undefined : encodedCursor(next) };
  }

  @GrpcMethod('Maintenance', 'ListDueReviews')
  async listDueReviews(
    { tenantId, ...page }: ListDueReviewsRequest,
    metadata: Metadata,
  ): Promise<ListDueReviewsResponse> {
    const { reviews, nextCursor } = await this.reviews.list(await this.tenantFor(metadata, tenantId), page);
    return { reviews: reviews.map(reviewView), nextCursor };
  }

  @GrpcMethod('Maintenance', 'GetJunk')
  async getJunk({ tenantId }: GetJunkRequest, metadata: Metadata): Promise<JunkFigures> {
    return this.junk.read(await this.tenantFor(metadata, tenantId));
  }

  @GrpcMethod('Maintenance', 'SetWebhook')
  async setWebhook({ tenantId, url }: SetWebhookRequest, metadata: Metadata): Promise<WebhookKey> {
    return webhookKeyView(await this.webhooks.set(await this.tenantFor(metadata, tenantId), url));
  }

  @GrpcMethod('Maintenance', 'RotateWebhookKey')
  async rotateWebhookKey({ tenantId }: WebhookRequest, metadata: Metadata): Promise<WebhookKey> {
    return webhookKeyView(await this.webhooks.rotate(await this.tenantFor(metadata, tenantId)));
  }

  @GrpcMethod('Maintenance', 'GetWebhook')
  async getWebhook({ tenantId }: WebhookRequest, metadata: Metadata): Promise<Webhook> {
    return webhookView(await this.webhooks.get(await this.tenantFor(metadata, tenantId)));
  }

  @GrpcMethod('Maintenance', 'RemoveWebhook')
  async removeWebhook({ tenantId }: WebhookRequest, metadata: Metadata): Promise<RemoveWebhookResponse> {
    return { removed: await this.webhooks.remove(await this.tenantFor(metadata, tenantId)) };
  }

  @GrpcMethod('Maintenance', 'Diagnose')
  async diagnose(_request: DiagnoseRequest, metadata: Metadata): Promise<Diagnosis> {
    await this.admins.operator(authorizationOf(metadata));
    return this.diagnosis.run();
  }

  private tenantFor(metadata: Metadata, tenantId: string | undefined) {
    return this.admins.tenantFor(authorizationOf(metadata), tenantId);
  }
}
