import { Importance, MemoryId, TurnId } from '@mneme/events';
import type { Limits } from '@mneme/domain';
import { isJsonObject, parsedInput } from '@mneme/platform';
import { z } from 'zod';
import { atMost, issue, name, refuseDirt } from '../text-checks.js';
import { Scope } from '../turn-schema.js';

export type CommandSchema = ReturnType<typeof commandSchema>;
export type CommandInput = z.infer<CommandSchema>;
export type TargetedInput = Exclude<CommandInput, { action: 'record-procedure' }>;
export type ProcedureInput = Extract<CommandInput, { action: 'record-procedure' }>;

/** The plain shape of a command, the same for gRPC and HTTP. Build it once: it is the costly part. */
export function commandSchema(limits: Limits) {
  const id = name('idCharsMax', limits.idCharsMax).optional();
  const shared = { userId: id, idempotencyKey: id };
  const target = {
    ...shared,
    memoryId: MemoryId,
    version: z
      .string()
      .regex(/^\d{1,16}$/)
      .optional(),
  };
  const text = z
    .string()
    .min(1)
    .check(refuseDirt, atMost('turnTextBytesMax', limits.turnTextBytesMax, byteLengthOf));
  const object = name('nameCharsMax', limits.nameCharsMax);
  return z.discriminatedUnion('action', [
    procedureSchema(limits).extend({ action: z.literal('record-procedure'), ...shared }),
    z
      .strictObject({
        action: z.literal('retract'),
        ...target,
        memoryId: MemoryId.optional(),
        turnId: TurnId.optional(),
      })
      .check(refuseTwoTargets),
    z
      .strictObject({ action: z.literal('correct'), ...target, text: text.optional(), object: object.optional() })
      .check(refuseEmptyCorrection),
    z.strictObject({ action: z.literal('confirm'), ...target }),
    z.strictObject({
      action: z.literal('expire'),
      ...target,
      expiresAt: z.iso.datetime({ offset: true }).optional(),
    }),
    z.strictObject({ action: z.literal('set-importance'), ...target, importance: Importance }),
  ]);
}

/** @throws InvalidInput or LimitExceeded naming the field. */
export function parseCommand(schema: CommandSchema, value: unknown): CommandInput {
  return parsedInput(schema, value);
}

function procedureSchema(limits: Limits) {
  const { nameCharsMax, taskBytesMax, procedureStepsMax, turnTextBytesMax } = limits;
  const text = z.string().check(refuseDirt, atMost('turnTextBytesMax', turnTextBytesMax, byteLengthOf));
  const step = z.strictObject({
    tool: name('nameCharsMax', nameCharsMax),
    arguments: text.check(refuseNonObject).optional(),
    note: text.optional(),
  });
  return z.strictObject({
    task: z
      .string()
      .min(1)
      .check(refuseDirt, atMost('taskBytesMax', taskBytesMax, byteLengthOf)),
    steps: z
      .array(step)
      .min(1)
      .check(atMost('procedureStepsMax', procedureStepsMax, (list: readonly unknown[]) => list.length)),
    outcome: text,
    scope: Scope.optional(),
    teamId: name('nameCharsMax', nameCharsMax).optional(),
  });
}

interface Targets {
  readonly memoryId?: string | undefined;
  readonly turnId?: string | undefined;
}

function refuseTwoTargets({ value: { memoryId, turnId }, issues }: z.core.ParsePayload<Targets>): void {
  if ((memoryId === undefined) !== (turnId === undefined)) return;
  const sent = memoryId === undefined ? 'nothing' : 'both';
  issues.push(issue('either memoryId or turnId says what to retract', ['memoryId'], { sent }));
}

interface Correction {
  readonly text?: string | undefined;
  readonly object?: string | undefined;
}

function refuseEmptyCorrection({ value: { text, object }, issues }: z.core.ParsePayload<Correction>): void {
  if (text !== undefined || object !== undefined) return;
  issues.push(issue('a correction says what should stand there', ['text'], { sent: 'nothing' }));
}

function refuseNonObject({ value, issues }: z.core.ParsePayload<string>): void {
  if (isJsonObject(value)) return;
  const sent = `text of ${value.length} characters`;
  issues.push(issue('the arguments of a step are the JSON text of one object', [], { sent }));
}

function byteLengthOf(text: string): number {
  return Buffer.byteLength(text);
}
