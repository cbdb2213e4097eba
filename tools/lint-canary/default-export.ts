// as libs/platform/src/canary.ts
// refused by no-restricted-exports
export default 1;
