import {
  type CommandGiven,
  CommandGivenV1,
  type SessionEnded,
  SessionEndedV1,
  type TurnReceived,
  TurnReceivedV1,
  type TurnReleased,
  TurnReleasedV1,
} from '@mneme/events';
import type { LogRecord } from '@mneme/ports';
import { z } from 'zod';
import { recordOf } from './record-json.js';

/** What comes in on `turns`; `type` tells them apart. */
export type TurnRecord = TurnReceived | TurnReleased | CommandGiven | SessionEnded;

const AnyTurnRecord = z.discriminatedUnion('type', [TurnReceivedV1, TurnReleasedV1, CommandGivenV1, SessionEndedV1]);

/** @throws Corrupt for a record that is none of them, whose consumer then sends it to the dead letters and goes on. */
export function turnRecordOf(record: LogRecord): TurnRecord {
  return recordOf(AnyTurnRecord, record);
}

/** The id under which a record of `turns` was accepted: what tokens and failures name. */
export function acceptedIdOf(record: TurnRecord) {
  switch (record.type) {
    case 'turn-received':
    case 'turn-released':
      return record.turnId;
    case 'command-given':
      return record.commandId;
    case 'session-ended':
      return record.endId;
  }
}
