/** Takes turns in: checks them, names them, seals them, and answers once the log has them. */
export * from './accept-turns.js';
export * from './ingest.config.js';
export * from './ingest.module.js';
export * from './session-writer.js';
export * from './commands/give-command.js';
export * from './commands/commands-openapi.js';
export * from './ingest-openapi.js';
export * from './ndjson/line-answers.js';
