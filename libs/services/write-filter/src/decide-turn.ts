import { TurnContent, type TurnDiscarded, type TurnReceived } from '@mneme/events';
import { Corrupt, episodeOf, judgeTurn, procedureRunIn, type TenantPolicy, unseal } from '@mneme/domain';
import { type MemoryDraft, parsedJson, type Received, sealMemory } from '@mneme/platform';
import { keepProcedure } from './keep-procedure.js';
import type { RecentRecalls } from './recent-recalls.js';

export interface DecideTurnObserver {
  /** One turn was kept, with what it was kept for. */
  kept(flags: readonly string[]): void;
  /** One turn was dropped, for its weightiest reason. */
  dropped(reason: string): void;
}

/** Makes an episode of a turn, and of the end of a run a version of its procedure; or says why not. */
export class DecideTurn {
  constructor(
    private readonly observer: DecideTurnObserver,
    private readonly recent: RecentRecalls | undefined,
  ) {}

  async decide(one: Received<TurnReceived>, draft: MemoryDraft, policy: TenantPolicy): Promise<void> {
    const { event, access } = one;
    if (access === undefined) throw new Corrupt('a turn reached the write-filter without its key');
    const context = { ...event, recordId: event.turnId, version: event.recordedAt };
    const content = parsedJson(TurnContent, unseal(access.keys, context, event.sealed));
    const echoShare = this.recent?.echoShareOf(event, { text: content.content, policy, key: access.keys.echo }) ?? 0;
    const verdict = judgeTurn({ ...content, role: event.role, echoShare }, policy);
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
}

function discardedOf(turn: TurnReceived, reasons: readonly string[]): TurnDiscarded {
  const { tenantId, subjectId, epoch, turnId, recordedAt } = turn;
  return { type: 'turn-discarded', v: 1, tenantId, subjectId, epoch, turnId, recordedAt, reasons: [...reasons] };
}
