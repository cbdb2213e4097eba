import { TOPICS, type TurnDiscarded, type TurnQuarantined, type TurnReceived, type TurnReleased } from '@mneme/events';
import { Corrupt, episodeOf, explainTurn, procedureRunIn, type TenantPolicy } from '@mneme/domain';
import { type MemoryDraft, type Received, sealMemory } from '@mneme/platform';
import type { HeldTurns } from './held-turns.js';
import { type JudgedRecord, openTurn } from './judge-turns.js';
import { keepProcedure } from './keep-procedure.js';

export interface DecideTurnObserver {
  /** One turn was kept, with what it was kept for. */
  kept(flags: readonly string[]): void;
  /** One turn was dropped, for its weightiest reason. */
  dropped(reason: string): void;
  /** One turn was put into quarantine, for its weightiest reason. */
  held(reason: string): void;
}

/** What a turn is kept for whatever the rules think of it. */
const RELEASED = 'released';
/** Why a turn is not kept although it was released. */
const RETRACTED = 'retracted';

/** Makes an episode of a turn, and of the end of a run a version of its procedure; or says why not. */
export class DecideTurn {
  constructor(
    private readonly observer: DecideTurnObserver,
    private readonly heldTurns: HeldTurns,
  ) {}

  async decide(one: Received<TurnReceived>, judged: JudgedRecord | undefined, context: DecisionContext): Promise<void> {
    const { event, access } = one;
    const { draft, policy } = context;
    if (access === undefined || judged === undefined) throw new Corrupt('a turn was not judged');
    if (judged.state === 'published') return;
    if (judged.state === 'held') return this.hold(event, judged.reasons, draft);
    const { content, verdict } = judged;
    if (!verdict.keep) {
      this.observer.dropped(verdict.reasons[0]);
      draft.discard(event.turnId, discardedOf(event, verdict.reasons), event.subjectId);
      return;
    }
    this.observer.kept(verdict.flags);
    draft.put(sealMemory(access.keys, episodeOf(event, content, { flags: verdict.flags, policy })));
    const run = procedureRunIn(event, content);
    if (run !== undefined) await keepProcedure(run, { keys: access.keys, policy, draft });
  }

  /**
   * Somebody has said that it is no poison: it is kept, as it would have been at first. Answers whether it was refused,
   * because a command has taken it back meanwhile.
   */
  async release(one: Received<TurnReleased>, { draft, policy }: DecisionContext): Promise<boolean> {
    const { turn } = one.event;
    if (one.access === undefined || turn.subjectId !== one.event.subjectId) {
      throw new Corrupt('a released turn is not of whom it says');
    }
    if (await this.heldTurns.isRetracted(turn, draft)) {
      this.observer.dropped(RETRACTED);
      draft.discard(turn.turnId, discardedOf(turn, [RETRACTED]), turn.subjectId);
      return true;
    }
    const content = openTurn(one, turn);
    const { verdict } = explainTurn({ ...content, role: turn.role }, policy);
    const flags = [...(verdict.keep ? verdict.flags : []), RELEASED];
    this.observer.kept(flags);
    draft.put(sealMemory(one.access.keys, episodeOf(turn, content, { flags, policy })));
    const run = procedureRunIn(turn, content);
    if (run !== undefined) await keepProcedure(run, { keys: one.access.keys, policy, draft });
    return false;
  }

  private hold(turn: TurnReceived, reasons: readonly string[], draft: MemoryDraft): void {
    const { tenantId, subjectId, epoch, turnId, recordedAt } = turn;
    this.observer.held(reasons[0] ?? '');
    const held = { type: 'turn-quarantined', v: 1, tenantId, subjectId, epoch, turnId, recordedAt } as const;
    const value = JSON.stringify({ ...held, reasons: [...reasons], turn } satisfies TurnQuarantined);
    const { partition } = draft;
    draft.appends.push({ topic: TOPICS.quarantine.name, partition, key: turnId, value, subjectId });
  }
}

export interface DecisionContext {
  readonly draft: MemoryDraft;
  readonly policy: TenantPolicy;
}

function discardedOf(turn: TurnReceived, reasons: readonly string[]): TurnDiscarded {
  const { tenantId, subjectId, epoch, turnId, recordedAt } = turn;
  return { type: 'turn-discarded', v: 1, tenantId, subjectId, epoch, turnId, recordedAt, reasons: [...reasons] };
}
