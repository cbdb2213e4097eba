import { estimatedTokens } from '../policy/budgets.js';

/** A model that contexts are made for. */
export interface ReadingModel {
  readonly name: string;
  /** Tokens that it takes in at once. */
  readonly windowTokens: number;
  /** US dollars for a million tokens that it reads, without any discount for cached or batched ones. */
  readonly usdPerMillionTokens: number;
  /** The day that window and price are from, `2026-03-14`. */
  readonly pricedOn: string;
  /** Its tokens of plain text for each one of `estimatedTokens`; docs/context.md has how far off that is. */
  readonly tokensPerEstimate: number;
}

const PRICED_ON = '2025-08-01';
/** From `npm run tokens`: plain text has 0.9 to 1.0 in English with the vocabularies that are public. */
export const TOKENS_PER_ESTIMATE = 1;
/** The same of a rendered context, whose lines have more marks and figures: more than any that was measured. */
export const CONTEXT_TOKENS_PER_ESTIMATE = 1.4;

/**
 * What is known without a file of one's own: list prices change, and so the day stands beside each. A deployment gives its
 * own by configuration. The first is the one that a request gets which names none.
 */
export const READING_MODELS: readonly ReadingModel[] = [
  model('gpt-4o', 128_000, 2.5),
  model('gpt-4o-mini', 128_000, 0.15),
  model('gpt-4.1', 1_047_576, 2),
  model('gpt-4.1-mini', 1_047_576, 0.4),
  model('gpt-4.1-nano', 1_047_576, 0.1),
  model('o3', 200_000, 2),
  model('o4-mini', 200_000, 1.1),
  model('claude-opus-4', 200_000, 15),
  model('claude-sonnet-4', 200_000, 3),
  model('claude-3-5-haiku', 200_000, 0.8),
  model('gemini-2.5-pro', 1_048_576, 1.25),
  model('gemini-2.5-flash', 1_048_576, 0.3),
  model('mistral-large', 128_000, 2),
];

/** Tokens of plain text for a model: an estimate, the same in every process. */
export function tokensFor({ tokensPerEstimate }: ReadingModel, text: string): number {
  return Math.ceil(estimatedTokens(text) * tokensPerEstimate);
}

/** Tokens of a rendered context or of one of its lines: rather too many than too few, so that the budget holds. */
export function contextTokensFor({ tokensPerEstimate }: ReadingModel, text: string): number {
  return Math.ceil(estimatedTokens(text) * tokensPerEstimate * CONTEXT_TOKENS_PER_ESTIMATE);
}

/** What so many tokens cost to read, in US dollars. */
export function priceOf({ usdPerMillionTokens }: ReadingModel, tokens: number): number {
  return (tokens * usdPerMillionTokens) / 1_000_000;
}

function model(name: string, windowTokens: number, usdPerMillionTokens: number): ReadingModel {
  return { name, windowTokens, usdPerMillionTokens, pricedOn: PRICED_ON, tokensPerEstimate: TOKENS_PER_ESTIMATE };
}
