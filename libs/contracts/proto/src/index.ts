/** What crosses gRPC: the .proto files, and the code generated from them with `npm run proto`. */
import { fileURLToPath } from 'node:url';

export * from './generated/mneme/v1/admin.js';
export * from './generated/mneme/v1/commands.js';
export * from './generated/mneme/v1/erasure.js';
export * from './generated/mneme/v1/ingest.js';
export * from './generated/mneme/v1/maintenance.js';
export * from './generated/mneme/v1/operations.js';
export * from './generated/mneme/v1/organisation.js';
export * from './generated/mneme/v1/quarantine.js';
export * from './generated/mneme/v1/retrieval.js';
export * from './generated/mneme/v1/sessions.js';

export const PROTO_PACKAGE = 'mneme.v1';
/** Folder that the imports of the .proto files are relative to. */
export const PROTO_DIRECTORY = fileURLToPath(new URL('../proto/', import.meta.url));
export const PROTO_FILES = [
  'ingest',
  'retrieval',
  'erasure',
  'admin',
  'organisation',
  'commands',
  'sessions',
  'maintenance',
  'quarantine',
  'operations',
].map((name) => `mneme/v1/${name}.proto`);
/** Trailer of a failed call: a `Refusal` as JSON in ASCII. */
export const ERROR_TRAILER = 'mneme-error';
