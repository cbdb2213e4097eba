import { estimatedTokens, LimitExceeded, type TenantLimits, type Usage } from '@mneme/domain';
import type { PreparedTurn } from './prepared-request.js';
import type { IngestInput, TurnInput } from './turn-schema.js';

/** What the tenant has lower than the service. @throws LimitExceeded naming the limit and the turn. */
export function refuseOverTenantLimits(
  { turns }: IngestInput,
  { batchTurnsMax, turnTextBytesMax }: TenantLimits,
): void {
  if (batchTurnsMax !== null && turns.length > batchTurnsMax) {
    const detail = { field: 'turns', limit: `batchTurnsMax=${batchTurnsMax}`, sent: `${turns.length}` };
    throw new LimitExceeded('this is more than the limit of the tenant', detail);
  }
  if (turnTextBytesMax === null) return;
  turns.forEach((turn, index) => {
    const bytes = textsOf(turn).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    if (bytes <= turnTextBytesMax) return;
    const limit = `turnTextBytesMax=${turnTextBytesMax}`;
    const detail = { field: `turns[${index}].content`, limit, sent: `${bytes}`, index };
    throw new LimitExceeded('this is more than the limit of the tenant', detail);
  });
}

/** What turns take of the tenant's budgets. */
export function usageOf(turns: readonly PreparedTurn[]): Usage {
  let tokens = 0;
  for (const { input } of turns) for (const text of textsOf(input)) tokens += estimatedTokens(text);
  return { turns: turns.length, tokens };
}

function textsOf({ content, toolCalls = [] }: TurnInput): readonly string[] {
  return [content, ...toolCalls.map((call) => call.arguments)];
}
