// as libs/services/ingest/src/canary.ts
// refused by no-restricted-properties
export const canary = process.env['CANARY'];
