import { setTimeout as sleep } from 'node:timers/promises';
import type { TurnId } from '@mneme/events';
import { InvalidInput, type Limits } from '@mneme/domain';
import type { Catalogue, ProjectionName } from '@mneme/ports';
import { decodeReadToken, type ReadToken } from '@mneme/platform';

/** `none`: the request named no token. */
export interface Freshness {
  readonly state: 'none' | 'current' | 'behind' | 'failed';
  readonly failedTurnIds: readonly TurnId[];
}

export interface RequestedWait {
  readonly token: string;
  readonly timeoutMs?: number | undefined;
}

const PROJECTIONS: readonly ProjectionName[] = ['catalogue', 'vector-index', 'fact-graph'];
const DEFAULT_WAIT_MS = 5_000;
const POLL_MS_MIN = 10;
/** Many may wait at once, and each look is a query. */
const POLL_MS_MAX = 50;

/** Waits until every projection has passed the token's offsets, or the deadline; "empty" is never "not yet". */
export class WaitFor {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly limits: Limits,
  ) {}

  /** @throws InvalidInput for a token that is none, or a timeout over the limit. */
  async wait(requested: RequestedWait | undefined, signal?: AbortSignal): Promise<Freshness> {
    if (requested === undefined) return { state: 'none', failedTurnIds: [] };
    const token = decodeReadToken(requested.token);
    const deadlineMs = performance.now() + this.timeoutMsOf(requested);
    for (let pollMs = POLL_MS_MIN; !(await this.isPast(token)); pollMs = Math.min(POLL_MS_MAX, pollMs + 1)) {
      if (performance.now() >= deadlineMs) return { state: 'behind', failedTurnIds: [] };
      await sleep(pollMs, undefined, { signal });
    }
    const failedTurnIds = await this.catalogue.failedTurns(token.turnIds);
    return { state: failedTurnIds.length > 0 ? 'failed' : 'current', failedTurnIds };
  }

  private timeoutMsOf({ timeoutMs = DEFAULT_WAIT_MS }: RequestedWait): number {
    const { waitMsMax } = this.limits;
    if (timeoutMs <= waitMsMax) return timeoutMs;
    const detail = { field: 'waitFor.timeoutMs', limit: `waitMsMax=${waitMsMax}`, sent: String(timeoutMs) };
    throw new InvalidInput('the wait is longer than the limit', detail);
  }

  private async isPast(token: ReadToken): Promise<boolean> {
    for (const projection of PROJECTIONS) {
      const marks = new Map<number, number>();
      for (const { partition, turnsOffset } of await this.catalogue.watermarks(projection))
        marks.set(partition, turnsOffset);
      for (const [partition, offset] of token.offsets) if ((marks.get(partition) ?? 0) < offset) return false;
    }
    return true;
  }
}
