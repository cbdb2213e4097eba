/** Question in, ranked memories out; also memories by id and by page, and the last turns of a session. */
export * from './build-context.js';
export { MemoryOpener } from './memory-view.js';
export * from './publish-recalls.js';
export * from './reading-models.config.js';
export * from './recall.js';
export * from './read-graph.js';
export * from './read-memories.js';
export * from './retrieval.config.js';
export * from './retrieval.module.js';
export { WaitFor } from './wait-for.js';
export * from './sessions/end-session.js';
export * from './sessions/hand-off-session.js';
export * from './sessions/keep-states.js';
export * from './sessions/resume-session.js';
export * from './sessions/sessions-openapi.js';
