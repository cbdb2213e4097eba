// as libs/domain/src/canary.ts
// accepted
import type { TurnReceived } from '@mneme/events';

export type Canary = TurnReceived;
