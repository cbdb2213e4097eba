/**
 * The ports `Embedder` and `LanguageModel` on any server that speaks the OpenAI protocol: one connection with deadlines,
 * bounds and our errors, and on it vectors, and answers that are checked before anybody believes them.
 */
export { readCalibration } from './calibration-file.js';
export { ModelConnection, type ModelConnectionOptions } from './model-connection.js';
export { embeddingModelOf, OpenAiEmbedder, type OpenAiEmbedderOptions } from './openai-embedder.js';
export { DailyTokenBudget } from './daily-token-budget.js';
export { OpenAiLanguageModel, type OpenAiLanguageModelOptions } from './openai-language-model.js';
export { StructuredChat, type StructuredChatOptions } from './structured-chat.js';
export type { PromptLimits } from './ask-turns.js';
export type { SealedCacheLimits } from './sealed-cache.js';
