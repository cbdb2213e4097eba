import { createHmac, randomBytes } from 'node:crypto';
import type { TurnContent, TurnReceived } from '@mneme/events';

const HOUR_MICROS = 3_600_000_000;
/** Shorter texts are said twice by chance. */
const CLAIM_WORDS_MIN = 6;
const CLAIM_CHARS_MAX = 4_096;
/** Claims remembered at once; the one that was not heard for longest goes first. */
const CLAIMS_MAX = 50_000;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;

interface Heard {
  readonly hour: number;
  readonly count: number;
}

/**
 * How often each source has said the same in the hour by the turns' own `recordedAt`, whatever the user. It holds hashes
 * under a key that never leaves the process, and begins anew with it: the bound is on a flood, and no bill.
 */
export class ClaimRates {
  private readonly key = randomBytes(32);
  private readonly heard = new Map<string, Heard>();
  // A batch that is tried again counts once.
  private readonly counted = new WeakMap<TurnReceived, number>();

  /** How often it was said with this turn; 0 for a text that is too short to count. */
  count(turn: TurnReceived, content: TurnContent): number {
    const known = this.counted.get(turn);
    if (known !== undefined) return known;
    const claim = claimOf(content.content);
    const count = claim === undefined ? 0 : this.add(this.nameOf(turn, content, claim), turn.recordedAt);
    this.counted.set(turn, count);
    return count;
  }

  private add(name: string, recordedAt: number): number {
    const hour = Math.floor(recordedAt / HOUR_MICROS);
    const before = this.heard.get(name);
    const count = before?.hour === hour ? before.count + 1 : 1;
    this.heard.delete(name);
    this.heard.set(name, { hour, count });
    if (this.heard.size > CLAIMS_MAX) this.heard.delete(this.heard.keys().next().value ?? '');
    return count;
  }

  /** A tool is told by the name that its turns carry, everybody else by the agent that sent them. */
  private nameOf(turn: TurnReceived, { speakerName }: TurnContent, claim: string): string {
    const { tenantId, sourceClass, agentId } = turn;
    const source = sourceClass === 'tool' ? (speakerName ?? agentId) : agentId;
    return createHmac('sha256', this.key)
      .update(JSON.stringify([tenantId, sourceClass, source, claim]))
      .digest('base64');
  }
}

/** A text without case and punctuation. */
function claimOf(text: string): string | undefined {
  const words = text.slice(0, CLAIM_CHARS_MAX).match(WORD) ?? [];
  return words.length < CLAIM_WORDS_MIN ? undefined : words.join(' ').toLowerCase();
}
