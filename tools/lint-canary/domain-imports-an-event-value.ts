// as libs/domain/src/canary.ts
// refused by boundaries/dependencies
import { TurnReceivedV1 } from '@mneme/events';

export const schema = TurnReceivedV1;
