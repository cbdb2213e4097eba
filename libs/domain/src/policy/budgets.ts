import { LimitExceeded } from '../errors.js';

const DAY_MS = 86_400_000;
const BYTES_PER_TOKEN = 4;

/** What a tenant may take in on one day, in UTC; null: as much as it likes. */
export interface Budgets {
  readonly turnsPerDay: number | null;
  /** Of accepted text, as `estimatedTokens` counts them. */
  readonly tokensPerDay: number | null;
}

export const NO_BUDGETS: Budgets = { turnsPerDay: null, tokensPerDay: null };

/** What was used, or what is asked for. */
export interface Usage {
  readonly turns: number;
  readonly tokens: number;
}

export const NO_USAGE: Usage = { turns: 0, tokens: 0 };

export function addedUsage(one: Usage, other: Usage): Usage {
  return { turns: one.turns + other.turns, tokens: one.tokens + other.tokens };
}

/** Four bytes of UTF-8 count as one token: the same for every model, and close to what they count in English. */
export function estimatedTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

/** `2026-03-14`: the day in UTC that budgets are counted by. */
export function budgetDayOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}

/** When the day ends: the next midnight in UTC. */
export function budgetResetOf(nowMs: number): string {
  return new Date((Math.floor(nowMs / DAY_MS) + 1) * DAY_MS).toISOString();
}

interface Asking {
  readonly used: Usage;
  readonly asked: Usage;
  readonly nowMs: number;
}

/** @throws LimitExceeded `budget-spent` naming the budget, what was used and when it begins anew. */
export function refuseOverBudget(budgets: Budgets, { used, asked, nowMs }: Asking): void {
  const kinds = [
    ['turns', 'turnsPerDay'],
    ['tokens', 'tokensPerDay'],
  ] as const;
  for (const [kind, name] of kinds) {
    const budget = budgets[name];
    if (budget === null || used[kind] + asked[kind] <= budget) continue;
    const resetsAt = budgetResetOf(nowMs);
    const state = `${used[kind]} of ${budget} are used and ${asked[kind]} were asked for`;
    const detail = {
      field: kind,
      limit: `${name}=${budget}`,
      sent: `used=${used[kind]} asked=${asked[kind]} resetsAt=${resetsAt}`,
    };
    const message = `the budget of ${kind} a day does not allow this: ${state}; it begins anew at ${resetsAt}`;
    throw new LimitExceeded(message, detail, 'budget-spent');
  }
}
