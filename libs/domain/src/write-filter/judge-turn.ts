import type { Role, TurnContent } from '@mneme/events';
import type { TenantPolicy } from '../policy.js';
import type { TurnFlag } from './flag-phrases.js';
import { isBootText, isRecalled } from './noise-phrases.js';
import { type Weighed, weighText } from './weigh-turn.js';

/** Why a turn is dropped; the words are those of the glossary. */
export type DropReason =
  | 'no-content'
  | 'unreadable'
  | 'too-repetitive'
  | 'boot-text'
  | 'recall-echo'
  | 'empty-question'
  | 'small-talk'
  | 'too-little';

/** Keep with the reasons as flags, or drop with the reasons why, the weightiest first. */
export type Verdict =
  | { readonly keep: true; readonly flags: readonly TurnFlag[] }
  | { readonly keep: false; readonly reasons: readonly [DropReason, ...DropReason[]] };

/** What the rules look at in a turn: what was said and by whom, never when or to whom. */
export interface JudgedTurn extends Pick<TurnContent, 'content' | 'toolCalls'> {
  readonly role: Role;
  /** Share of its words that repeat what was just recalled (`echoShareOf`); absent: nothing is known of that. */
  readonly echoShare?: number;
}

/** A verdict with what led to it. `weighed` is absent where a rule decides without weighing. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly weighed?: Weighed;
}

/** Version of the rules: 3. */
export function judgeTurn(turn: JudgedTurn, policy: TenantPolicy): Verdict {
  return explainTurn(turn, policy).verdict;
}

/**
 * A turn is judged by itself: the same turn under the same policy gets the same verdict for ever, whatever came before
 * it, so a redelivered or replayed turn is decided as it was. Time is linear in the length of the text.
 */
export function explainTurn(turn: JudgedTurn, policy: TenantPolicy): Judgement {
  const hasCalls = (turn.toolCalls?.length ?? 0) > 0;
  if (turn.content.trim() === '' && !hasCalls) return { verdict: dropped('no-content') };
  const weighed = weighText(turn.content);
  const { flags } = weighed;
  if (policy.keepAll || hasCalls) return { verdict: { keep: true, flags }, weighed };
  const reason = refusalOf(turn, weighed, policy);
  if (reason !== undefined) return { verdict: dropped(reason), weighed };
  if (weighed.score >= policy.writeFilter.keepAtLeast) return { verdict: { keep: true, flags }, weighed };
  return { verdict: dropped(...lackOf(weighed)), weighed };
}

const REPETITIVE_WORDS_MIN = 8;
const REPETITIVE_DISTINCT_SHARE = 0.25;
const WISHES: readonly TurnFlag[] = ['wish-to-remember', 'wish-to-forget'];
/** What a person can state anew, and confirm by that. */
const RESTATED: ReadonlySet<TurnFlag> = new Set(['preference', 'decision', 'identity', 'plan', 'correction']);

/** What no score makes up for. */
function refusalOf(turn: JudgedTurn, weighed: Weighed, policy: TenantPolicy): DropReason | undefined {
  const { role, content } = turn;
  const { wordCount, distinctWordCount, blobCount, flags } = weighed;
  if (wordCount === 0) return 'no-content';
  if (blobCount > 0 && blobCount === wordCount) return 'unreadable';
  const isRepetitive = distinctWordCount <= wordCount * REPETITIVE_DISTINCT_SHARE;
  if (wordCount >= REPETITIVE_WORDS_MIN && isRepetitive) return 'too-repetitive';
  // A person's own wish is heard even in words that look like instructions to a program.
  if (role === 'user' && flags.some((flag) => WISHES.includes(flag))) return undefined;
  if (isBootText(content)) return 'boot-text';
  return isRecalled(content) || isEcho(turn, weighed, policy) ? 'recall-echo' : undefined;
}

/**
 * A user who says of themselves what was just recalled confirms it, and is heard; an agent, a tool or a pasted text that
 * says it only repeats it.
 */
function isEcho({ role, echoShare = 0 }: JudgedTurn, { flags, points }: Weighed, { echo }: TenantPolicy): boolean {
  if (echoShare === 0 || echoShare < echo.share) return false;
  return !(role === 'user' && points.has('own') && flags.some((flag) => RESTATED.has(flag)));
}

function lackOf({ asksOnly, hasSmallTalk }: Weighed): readonly [DropReason, ...DropReason[]] {
  if (asksOnly) return hasSmallTalk ? ['empty-question', 'small-talk'] : ['empty-question'];
  return hasSmallTalk ? ['small-talk'] : ['too-little'];
}

function dropped(...reasons: readonly [DropReason, ...DropReason[]]): Verdict {
  return { keep: false, reasons };
}
