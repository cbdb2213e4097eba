import type { CommandGiven, CommandRefused } from '@mneme/events';
import type { CommandRefusal } from '@mneme/domain';

/** The event for `discarded`: what a command was and why it changed nothing, without what it said. */
export function commandRefusedOf(command: CommandGiven, reason: CommandRefusal): CommandRefused {
  const { tenantId, subjectId, epoch, commandId, recordedAt, action } = command;
  return { type: 'command-refused', v: 1, tenantId, subjectId, epoch, commandId, recordedAt, action, reason };
}
