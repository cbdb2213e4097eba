// Tokens are counted as four bytes each, as the service counts them for its budgets. The price is a round figure of a
// mid-sized model's input in 2026; put your own in.
const BYTES_A_TOKEN = 4;
export const USD_A_MILLION_TOKENS = 3;

export function tokensOf(text) {
  return Math.ceil(Buffer.byteLength(text) / BYTES_A_TOKEN);
}

/** What all turns said so far take, sent as they are. */
export function replayTokens(turns) {
  return turns.reduce((sum, turn) => sum + tokensOf(JSON.stringify(turn)), 0);
}

export function usd(tokens) {
  return `$${((tokens / 1_000_000) * USD_A_MILLION_TOKENS).toFixed(5)}`;
}
