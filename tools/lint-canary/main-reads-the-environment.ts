// as apps/standalone/src/main.ts
// accepted
export const canary = process.env['CANARY'];
