import type { TenantId } from '@mneme/events';
import { type SurveyedMemory, tenantRef } from '@mneme/domain';
import type { Clock, MemorySurvey, SurveyPlace, Webhook } from '@mneme/ports';
import type { Logger } from '@mneme/platform';
import type { WebhookConfig } from '../maintenance.config.js';
import { type AskWebhook, type Asked, codeOf, hasFailed } from './ask-webhook.js';
import { Resting } from './resting.js';
import { Slots } from './slots.js';
import type { Webhooks } from './webhooks.js';

export interface VerifyCriticalPorts {
  readonly webhooks: Webhooks;
  readonly survey: MemorySurvey;
  readonly asker: Pick<AskWebhook, 'ask'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const WEBHOOKS_PER_PAGE = 100;
const PAGE_MEMORIES = 100;
const PAGES_MAX = 20;
/** Memories of one tenant that are asked about at once, and failures in a row after which it is left alone. */
const TENANT_AT_ONCE = 2;
const FAILURES_MAX = 3;

/**
 * Refresh on access: looks for critical memories that were recalled after their review was due, and has each verified by
 * its tenant's webhook. One lane a tenant, so that a webhook that hangs holds up its own tenant alone; at most one request
 * is under way for a memory. What is not done when the process ends is found again by the next one.
 */
export class VerifyCritical {
  readonly name = 'verification';
  private readonly stopping = new AbortController();
  private readonly lanes = new Map<TenantId, Promise<void>>();
  private readonly slots: Slots;
  private readonly resting: Resting;
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;

  constructor(
    private readonly ports: VerifyCriticalPorts,
    private readonly config: WebhookConfig,
  ) {
    this.slots = new Slots(config.atOnceMax);
    this.resting = new Resting(config.restingMax);
  }

  start(): void {
    this.timer = setInterval(() => void this.look(), this.config.everyMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.round;
    await Promise.all(this.lanes.values());
  }

  /** Opens a lane for each tenant with a webhook and something due; while one look is under way, that one. */
  look(): Promise<void> {
    this.round ??= this.openLanes()
      .catch((error: unknown) => this.ports.logger.error('webhooks could not be looked at', { error }))
      .finally(() => {
        this.round = undefined;
      });
    return this.round;
  }

  /** Resolves when no request is under way. */
  async idle(): Promise<void> {
    await this.round;
    await Promise.all(this.lanes.values());
  }

  private async openLanes(): Promise<void> {
    const nowMs = this.ports.clock.nowMs();
    let after: TenantId | undefined;
    while (!this.stopping.signal.aborted) {
      const page = await this.ports.webhooks.list(WEBHOOKS_PER_PAGE, after);
      for (const webhook of page) {
        const { tenantId } = webhook;
        if (this.lanes.has(tenantId) || this.resting.rests(tenantId, nowMs)) continue;
        this.lanes.set(
          tenantId,
          this.lane(webhook).finally(() => this.lanes.delete(tenantId)),
        );
      }
      after = page.at(-1)?.tenantId;
      if (page.length < WEBHOOKS_PER_PAGE) return;
    }
  }

  /** Never rejects: what fails is left to a later look. */
  private async lane(webhook: Webhook): Promise<void> {
    const { tenantId } = webhook;
    try {
      const due = (await this.dueOf(tenantId)).values();
      const failures = { inARow: 0 };
      await Promise.all(Array.from({ length: TENANT_AT_ONCE }, () => this.askAll(due, webhook, failures)));
      if (failures.inARow >= FAILURES_MAX) this.rest(tenantId);
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      this.rest(tenantId);
      this.ports.logger.warn('memories could not be verified', { tenantId, code: codeOf(error) });
    }
  }

  private async askAll(due: Iterable<SurveyedMemory>, webhook: Webhook, failures: { inARow: number }): Promise<void> {
    for (const memory of due) {
      if (failures.inARow >= FAILURES_MAX || this.stopping.signal.aborted) return;
      const asked = await this.askFor(memory, webhook);
      failures.inARow = hasFailed(asked) ? failures.inARow + 1 : 0;
      // Also after an answer: until the stores have seen its command, the memory looks due.
      this.rest(nameOf(memory));
      if (hasFailed(asked))
        this.ports.logger.warn('a webhook gave no answer', { tenantId: webhook.tenantId, outcome: asked });
    }
  }

  private askFor(memory: SurveyedMemory, webhook: Webhook): Promise<Asked> {
    return this.ports.asker.ask(memory, { webhook, slots: this.slots }, this.stopping.signal);
  }

  /** What is due and does not rest, so many of a lane. */
  private async dueOf(tenantId: TenantId): Promise<readonly SurveyedMemory[]> {
    const nowMs = this.ports.clock.nowMs();
    const due: SurveyedMemory[] = [];
    let after: SurveyPlace | undefined;
    for (let page = 0; page < PAGES_MAX && due.length < this.config.roundMemoriesMax; page += 1) {
      const memories = await this.ports.survey.surveyDue(tenantRef(tenantId), {
        limit: PAGE_MEMORIES,
        nowMs,
        isCritical: true,
        ...(after === undefined ? {} : { after }),
      });
      due.push(...memories.filter((memory) => !this.resting.rests(nameOf(memory), nowMs)));
      const last = memories.at(-1);
      if (last === undefined || memories.length < PAGE_MEMORIES) break;
      after = { at: last.reviewByMs ?? 0, memoryId: last.memoryId };
    }
    return due.slice(0, this.config.roundMemoriesMax);
  }

  private rest(name: string): void {
    this.resting.rest(name, this.ports.clock.nowMs() + this.config.restMs);
  }
}

function nameOf({ memoryId, version }: SurveyedMemory): string {
  return `${memoryId}/${version}`;
}
