import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@mneme/events';
import { isMemoryError, type WishedCommand } from '@mneme/domain';
import type { EventLog } from '@mneme/ports';
import { type AcceptCommands, COMMANDS_MAX, type Metrics } from '@mneme/platform';
import type { MaintenanceConfig } from './maintenance.config.js';

export interface GivenCommands {
  readonly given: number;
  /** Of users that were erased meanwhile. */
  readonly refused: number;
}

export interface GiveCommandsPorts {
  readonly commands: Pick<AcceptCommands, 'accept'>;
  readonly log: Pick<EventLog, 'endOffsets' | 'committedOffsets'>;
  readonly metrics: Metrics;
}

const POLL_MS = 250;
const GROUP = 'write-filter';

/**
 * Gives the commands of maintenance at a bounded rate, and waits while the consumer that applies them is behind: what
 * people say goes first.
 */
export class GiveCommands {
  private freeAtMs = 0;

  constructor(
    private readonly ports: GiveCommandsPorts,
    private readonly config: Pick<MaintenanceConfig, 'commandsPerS' | 'behindMax'>,
  ) {}

  /** Commands of any number of one tenant's subjects. @throws Unavailable; the signal's reason. */
  async give(wished: readonly WishedCommand[], signal: AbortSignal): Promise<GivenCommands> {
    const { given, refused } = { given: 0, refused: 0 };
    let sum: GivenCommands = { given, refused };
    for (let at = 0; at < wished.length; at += COMMANDS_MAX) {
      const slice = wished.slice(at, at + COMMANDS_MAX);
      await this.room(signal);
      sum = added(sum, await this.giveSlice(slice));
      this.freeAtMs = performance.now() + (slice.length / this.config.commandsPerS) * 1_000;
    }
    return sum;
  }

  /** One subject that is fenced refuses its call: the others of the call are given without it. */
  private async giveSlice(wished: readonly WishedCommand[]): Promise<GivenCommands> {
    try {
      await this.ports.commands.accept(wished);
      for (const { wish } of wished)
        this.ports.metrics.increment('mneme_maintenance_commands_total', { action: wish.action });
      return { given: wished.length, refused: 0 };
    } catch (error) {
      if (!isMemoryError(error) || error.retry === 'later') throw error;
      if (error.code !== 'subject-erased' && error.code !== 'conflict') throw error;
      const [first] = wished;
      if (wished.length === 1 || first === undefined) return { given: 0, refused: wished.length };
      const half = Math.ceil(wished.length / 2);
      return added(await this.giveSlice(wished.slice(0, half)), await this.giveSlice(wished.slice(half)));
    }
  }

  private async room(signal: AbortSignal): Promise<void> {
    const waitMs = this.freeAtMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal });
    while ((await this.behind()) > this.config.behindMax) await sleep(POLL_MS, undefined, { signal });
  }

  private async behind(): Promise<number> {
    const { log } = this.ports;
    const ends = await log.endOffsets(TOPICS.turns.name);
    const committed = await log.committedOffsets(GROUP, TOPICS.turns.name);
    return ends.reduce((sum, end, partition) => sum + Math.max(0, end - (committed[partition] ?? 0)), 0);
  }
}

function added(one: GivenCommands, other: GivenCommands): GivenCommands {
  return { given: one.given + other.given, refused: one.refused + other.refused };
}
