import { setTimeout as sleep } from 'node:timers/promises';
import {
  isMemoryError,
  poisonOfCommand,
  subjectRef,
  type SurveyedMemory,
  type SurveyedText,
  webhookSignatureOf,
  type WishedCommand,
} from '@mneme/domain';
import type { Clock, MemorySurvey, Webhook, WebhookCaller, WebhookOutcome } from '@mneme/ports';
import type { Keyring, Metrics } from '@mneme/platform';
import type { GiveCommands } from '../give-commands.js';
import type { WebhookConfig } from '../maintenance.config.js';
import type { Slots } from './slots.js';
import { type Verdict, verdictOf, verificationOf } from './verification.js';
import type { Webhooks } from './webhooks.js';

export interface AskWebhookPorts {
  readonly webhooks: Pick<Webhooks, 'find' | 'keyOf'>;
  readonly caller: Pick<WebhookCaller, 'call'>;
  readonly survey: Pick<MemorySurvey, 'surveyText'>;
  readonly keyring: Pick<Keyring, 'tenant' | 'openFresh'>;
  readonly give: Pick<GiveCommands, 'give'>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'increment'>;
}

/** What came of one memory; `poison`: the correction would be held as a turn; `skipped`: it needed no look any more. */
export type Asked = Verdict['decision'] | Exclude<WebhookOutcome['outcome'], 'answered'> | 'poison' | 'skipped';

const PASSING: ReadonlySet<Asked> = new Set<Asked>(['timeout', 'unreachable', 'unavailable']);

/** Has one memory verified: asks, again where it may help, and gives the command that the answer stands for. */
export class AskWebhook {
  constructor(
    private readonly ports: AskWebhookPorts,
    private readonly config: Pick<WebhookConfig, 'attemptsMax' | 'backoffMinMs' | 'backoffMaxMs'>,
  ) {}

  async ask(
    due: SurveyedMemory,
    { webhook, slots }: { webhook: Webhook; slots: Slots },
    signal: AbortSignal,
  ): Promise<Asked> {
    for (let attempt = 1; ; attempt += 1) {
      const asked = await slots.hold(() => this.askOnce(due, webhook, signal), signal);
      this.ports.metrics.increment('mneme_webhook_requests_total', { outcome: asked });
      if (!PASSING.has(asked) || attempt >= this.config.attemptsMax) return asked;
      const { backoffMinMs, backoffMaxMs } = this.config;
      await sleep(Math.min(backoffMaxMs, backoffMinMs * 2 ** (attempt - 1)), undefined, { signal });
    }
  }

  /** Everything is read again at each attempt: where to ask, the memory, the key of its user, what the policy lets go. */
  private async askOnce(due: SurveyedMemory, begunWith: Webhook, signal: AbortSignal): Promise<Asked> {
    const webhook = await this.ports.webhooks.find(begunWith.tenantId);
    if (webhook === undefined) return 'skipped';
    const request = await this.requestOf(due);
    if (request === undefined) return 'skipped';
    const { memory, body } = request;
    const outcome = await this.ports.caller.call(
      { url: webhook.url, body, headers: await this.headersOf(webhook, body) },
      signal,
    );
    if (outcome.outcome !== 'answered') return outcome.outcome;
    const verdict = verdictOf(memory, outcome.body);
    if (!('command' in verdict)) return verdict.decision;
    if (await this.isPoison(verdict.command)) return 'poison';
    const { given } = await this.ports.give.give([verdict.command], signal);
    return given === 1 ? verdict.decision : 'skipped';
  }

  private async requestOf(due: SurveyedMemory): Promise<{ memory: SurveyedText; body: string } | undefined> {
    const { tenantId, subjectId, memoryId, version } = due;
    const { tenant } = await this.ports.keyring.tenant(tenantId);
    const access = (await this.ports.keyring.openFresh(tenantId, [subjectId])).get(subjectId);
    const memory = await this.ports.survey.surveyText(subjectRef(tenantId, subjectId), memoryId);
    if (access?.state !== 'open' || memory === undefined) return undefined;
    if (memory.version !== version || memory.epoch !== access.epoch) return undefined;
    const { sendsText } = tenant.policy.maintenance.verification;
    return { memory, body: JSON.stringify(verificationOf(memory, { keys: access.keys, sendsText })) };
  }

  // The tenant's own source of truth, and a tool like any other: what it reads out may be somebody's text.
  private async isPoison({ tenantId, wish, sourceClass }: WishedCommand): Promise<boolean> {
    if (wish.action !== 'correct') return false;
    const { tenant } = await this.ports.keyring.tenant(tenantId);
    return poisonOfCommand({ sourceClass, text: wish.text, object: wish.object }, tenant.policy).length > 0;
  }

  private async headersOf(webhook: Webhook, body: string): Promise<Record<string, string>> {
    const timestampS = Math.floor(this.ports.clock.nowMs() / 1_000);
    const key = await this.ports.webhooks.keyOf(webhook);
    return {
      'mneme-timestamp': String(timestampS),
      'mneme-key': String(webhook.keyNumber),
      'mneme-signature': webhookSignatureOf(key, timestampS, body),
    };
  }
}

/** Whether it is the other side's doing that nothing came of it. */
export function hasFailed(asked: Asked): boolean {
  return !['confirm', 'correct', 'retire', 'unknown', 'skipped'].includes(asked);
}

/** For a failure of our own: its code, and never its words. */
export function codeOf(error: unknown): string {
  return isMemoryError(error) ? error.code : 'unknown';
}
