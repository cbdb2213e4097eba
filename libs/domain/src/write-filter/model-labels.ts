import type { TenantPolicy } from '../policy.js';
import type { TurnFlag } from './flag-phrases.js';
import type { DropReason, Judgement, JudgedTurn, Verdict } from './judge-turn.js';

/** What a language model is asked of a turn, in the words of the glossary: all flags, and two reasons to drop. */
export const TURN_LABELS: readonly { readonly name: TurnFlag | DropReason; readonly meaning: string }[] = [
  { name: 'preference', meaning: 'what somebody likes, avoids, usually does, or wants done in a certain way' },
  { name: 'decision', meaning: 'something was chosen, agreed or approved' },
  { name: 'error', meaning: 'something failed or does not work' },
  { name: 'fact', meaning: 'it states something about a person, a thing or the world that is worth knowing later' },
  { name: 'identity', meaning: 'who somebody is: name, work, age, home, number, address, relation' },
  { name: 'plan', meaning: 'what is to come: an intention, an appointment, a request with a date' },
  { name: 'correction', meaning: 'what was said before was wrong, or holds no longer' },
  { name: 'wish-to-remember', meaning: 'an explicit wish that something be remembered' },
  { name: 'wish-to-forget', meaning: 'an explicit wish that something be forgotten' },
  { name: 'small-talk', meaning: 'it only greets, thanks, reacts or encourages' },
  { name: 'empty-question', meaning: 'it only asks, and tells nothing' },
];

const FLAGS: ReadonlySet<string> = new Set<TurnFlag>([
  'preference',
  'decision',
  'error',
  'fact',
  'identity',
  'plan',
  'correction',
  'wish-to-remember',
  'wish-to-forget',
]);
const BY_SCORE: ReadonlySet<string> = new Set<DropReason>(['empty-question', 'small-talk', 'too-little']);

/**
 * Whether a model may be asked about a turn: points alone decided, not a rule that holds whatever the score, nor a wish
 * that was heard; and under `unclear` they were close to the threshold.
 */
export function isForModel({ verdict, weighed }: Judgement, turn: JudgedTurn, policy: TenantPolicy): boolean {
  const { classify, unclearPoints } = policy.models;
  if (classify === 'off' || policy.keepAll || weighed === undefined || (turn.toolCalls?.length ?? 0) > 0) return false;
  if (!verdict.keep && !BY_SCORE.has(verdict.reasons[0])) return false;
  if (weighed.flags.some((flag) => flag === 'wish-to-remember' || flag === 'wish-to-forget')) return false;
  return classify === 'all' || Math.abs(weighed.score - policy.writeFilter.keepAtLeast) <= unclearPoints;
}

/** What a model's labels come to: any flag keeps the turn; without one it is dropped, for what the model or the rules say. */
export function verdictOfLabels(labels: readonly string[], { verdict }: Judgement): Verdict {
  const flags = labels.filter((label): label is TurnFlag => FLAGS.has(label));
  if (flags.length > 0) return { keep: true, flags };
  const [first, ...others] = labels.filter((label): label is DropReason => BY_SCORE.has(label));
  if (first !== undefined) return { keep: false, reasons: [first, ...others] };
  return verdict.keep ? { keep: false, reasons: ['too-little'] } : verdict;
}
