import { TurnContent, type TurnReceived } from '@mneme/events';
import {
  Corrupt,
  explainTurn,
  isForModel,
  type Judgement,
  poisonOf,
  type PoisonReason,
  type TenantPolicy,
  TURN_LABELS,
  unseal,
  type Verdict,
  verdictOfLabels,
} from '@mneme/domain';
import type { EventLog, LanguageModel, MemoryVersions } from '@mneme/ports';
import { askBySubject, type Keyring, parsedJson, type Received, type TurnRecord } from '@mneme/platform';
import { ClaimRates } from './claim-rates.js';
import { PublishedBefore } from './published-before.js';
import type { RecentRecalls } from './recent-recalls.js';

export interface JudgeTurnsPorts {
  readonly log: EventLog;
  readonly keyring: Keyring;
  readonly versions: MemoryVersions;
  /** Absent: rules alone. */
  readonly model?: LanguageModel | undefined;
  /** How long a batch goes on asking it. */
  readonly modelTimeoutMs?: number | undefined;
  /** What was just recalled; absent: nothing is known of that. */
  readonly recent?: RecentRecalls | undefined;
}

/** A turn that was opened, and what is to become of it. */
export type JudgedRecord =
  | { readonly state: 'judged'; readonly content: TurnContent; readonly verdict: Verdict }
  | { readonly state: 'held'; readonly reasons: readonly [PoisonReason, ...PoisonReason[]] }
  /** It was decided and published before. */
  | { readonly state: 'published' };

export type Verdicts = ReadonlyMap<TurnRecord, JudgedRecord>;

interface Open {
  readonly one: Received<TurnReceived>;
  readonly content: TurnContent;
  readonly policy: TenantPolicy;
  readonly judgement: Judgement;
}

/** Says of the turns of a batch what is to become of them: by rules, and where those are unclear by a language model. */
export class JudgeTurns {
  private readonly before: PublishedBefore;
  private readonly claims = new ClaimRates();

  constructor(private readonly ports: JudgeTurnsPorts) {
    this.before = new PublishedBefore(ports.log, ports.versions);
  }

  async of(received: readonly Received<TurnRecord>[], signal: AbortSignal): Promise<Verdicts> {
    const turns = received.filter(isTurn);
    const decided = await this.before.among(turns, signal);
    const verdicts = new Map<TurnRecord, JudgedRecord>();
    const unclear: Open[] = [];
    for (const one of turns) {
      const { event } = one;
      if (decided.has(event.turnId)) verdicts.set(event, { state: 'published' });
      else {
        const { policy } = (await this.ports.keyring.tenant(event.tenantId)).tenant;
        verdicts.set(event, this.byRules(one, policy, unclear));
      }
    }
    if (unclear.length > 0) await this.askModel(unclear, verdicts, signal);
    return verdicts;
  }

  private byRules(one: Received<TurnReceived>, policy: TenantPolicy, unclear: Open[]): JudgedRecord {
    const { event } = one;
    const content = openTurn(one, event);
    const [first, ...others] = poisonOf({ ...content, sourceClass: event.sourceClass }, policy);
    if (first !== undefined) return { state: 'held', reasons: [first, ...others] };
    const turn = { ...content, role: event.role, echoShare: this.echoShareOf(one, content, policy) };
    const judgement = explainTurn(turn, policy);
    const { verdict } = judgement;
    if (verdict.keep && this.isRepeated(event, content, policy)) return { state: 'held', reasons: ['repeated-claim'] };
    if (this.ports.model !== undefined && isForModel(judgement, turn, policy)) {
      unclear.push({ one, content, policy, judgement });
    }
    return { state: 'judged', content, verdict };
  }

  private echoShareOf(
    { event, access }: Received<TurnReceived>,
    { content }: TurnContent,
    policy: TenantPolicy,
  ): number {
    if (access === undefined) return 0;
    return this.ports.recent?.echoShareOf(event, { text: content, policy, key: access.keys.echo }) ?? 0;
  }

  private isRepeated(turn: TurnReceived, content: TurnContent, { quarantine, keepAll }: TenantPolicy): boolean {
    const { sourceClass } = turn;
    const { on, sources, repeatsPerHourMax } = quarantine;
    if (!on || keepAll || repeatsPerHourMax === null || sourceClass === 'user' || !sources[sourceClass]) return false;
    return this.claims.count(turn, content) > repeatsPerHourMax;
  }

  /** Puts the model's verdict in the place of the rules' where it gave one. */
  private async askModel(
    unclear: readonly Open[],
    verdicts: Map<TurnRecord, JudgedRecord>,
    signal: AbortSignal,
  ): Promise<void> {
    const { model, modelTimeoutMs: beginWithinMs = 0 } = this.ports;
    if (model === undefined) return;
    const outcomes = await askBySubject(
      unclear.map(({ one, content }) => ({
        subject: subjectOf(one),
        turn: {
          role: one.event.role,
          content: content.content,
          ...(content.speakerName === undefined ? {} : { speakerName: content.speakerName }),
        },
      })),
      (request, until) => model.classify({ ...request, labels: TURN_LABELS }, until),
      { beginWithinMs, signal },
    );
    for (const [i, { one, content, judgement }] of unclear.entries()) {
      const outcome = outcomes[i];
      // The fallback's rules know no policy: those that have judged already do.
      if (outcome === undefined || !outcome.isAnswered || outcome.way === 'rules') continue;
      const verdict = verdictOfLabels(outcome.value.labels, judgement);
      verdicts.set(one.event, { state: 'judged', content, verdict });
    }
  }
}

/** The text of a turn. @throws Corrupt. */
export function openTurn({ access }: Received<unknown>, turn: TurnReceived): TurnContent {
  if (access === undefined) throw new Corrupt('a turn reached the write-filter without its key');
  const context = { ...turn, recordId: turn.turnId, version: turn.recordedAt };
  return parsedJson(TurnContent, unseal(access.keys, context, turn.sealed));
}

function subjectOf({ event, access }: Received<TurnReceived>) {
  if (access === undefined) throw new Corrupt('a turn reached the write-filter without its key');
  const { tenantId, subjectId, epoch } = event;
  return { tenantId, subjectId, epoch, keys: access.keys };
}

function isTurn(one: Received<TurnRecord>): one is Received<TurnReceived> {
  return one.event.type === 'turn-received';
}
