import type { TurnContent } from '@mneme/events';
import type { TenantPolicy } from './policy.js';

/** Keep with the reasons as flags, or drop with the reasons why. */
export type Verdict =
  | { readonly keep: true; readonly flags: readonly string[] }
  | { readonly keep: false; readonly reasons: readonly string[] };

/** Keeps every turn with content. Version of the rules: 1. */
export function judgeTurn(turn: TurnContent, policy: TenantPolicy): Verdict {
  const hasText = /[\p{L}\p{N}\p{S}]/u.test(turn.content);
  const hasCalls = (turn.toolCalls?.length ?? 0) > 0;
  if (hasText || hasCalls) return { keep: true, flags: [] };
  if (policy.keepAll && turn.content.trim() !== '') return { keep: true, flags: [] };
  return { keep: false, reasons: [turn.content.trim() === '' ? 'empty' : 'no-words'] };
}
