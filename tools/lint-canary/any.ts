// as libs/platform/src/canary.ts
// refused by @typescript-eslint/no-explicit-any
export type Canary = any;
