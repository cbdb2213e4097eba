import type { BuildContextResponse, ContextCost } from '@mneme/client';
import { count, counted, milliseconds, table } from '../format.js';

/** The text as it is, then what it costs and, on demand, what each part came to. */
export function contextLines(answer: BuildContextResponse, explain: boolean): readonly string[] {
  return [answer.text, '', ...(explain ? explanation(answer) : []), ...closing(answer)];
}

function explanation({ parts, leftOut }: BuildContextResponse): readonly string[] {
  const rows = parts.map(({ name, state, items, found, tokens, tookMs }) => [
    name,
    state,
    `${count(items)} of ${count(found)}`,
    count(tokens),
    milliseconds(tookMs),
  ]);
  const reasons = new Map<string, number>();
  for (const { part, reason } of leftOut) {
    reasons.set(`${part}: ${reason}`, (reasons.get(`${part}: ${reason}`) ?? 0) + 1);
  }
  return [
    ...table(['part', '', 'items', 'tokens', 'ms'], rows),
    ...[...reasons].map(([reason, number]) => `left out ${count(number)} (${reason})`),
    '',
  ];
}

function closing({ items, cost, freshness, parts }: BuildContextResponse): readonly string[] {
  const missing = parts.filter(({ state }) => state === 'timed-out' || state === 'failed');
  return [
    counted(items.length, 'item'),
    ...(cost === undefined ? [] : costLines(cost)),
    ...missing.map(({ name, state }) => `missing: ${name} ${state}`),
    ...(freshness === 'behind' ? ['not everything up to the token is here yet: ask again in a moment'] : []),
  ];
}

function costLines(cost: ContextCost): readonly string[] {
  const { model, tokens, budgetTokens, priceUsd, replayTurns, replayTokens, replayPriceUsd, savedShare } = cost;
  const own = `about ${count(tokens)} of ${count(budgetTokens)} tokens, ${dollars(priceUsd)} for ${model} (${cost.pricedOn})`;
  if (savedShare === undefined) return [own];
  const least = cost.replayIsWhole ? '' : 'at least ';
  const saved = savedShare >= 0 ? `${percent(savedShare)} less` : `${percent(-savedShare)} more`;
  const replay = `${least}${count(replayTokens)} tokens, ${dollars(replayPriceUsd)}`;
  return [own, `a replay of the session's ${counted(replayTurns, 'turn')}: ${replay}; the context is ${saved}`];
}

function dollars(usd: number): string {
  return `$${usd.toFixed(usd < 0.1 ? 5 : 2)}`;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(0)} %`;
}
