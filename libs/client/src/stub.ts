/** For the tests of programs that use the client: a service on a free port that answers what the test says. */
export * from './stub-memory.js';
export * from './stub-service.js';
