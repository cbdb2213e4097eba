import { Role, SourceClass, TaskOutcome, TeamId } from '@mneme/events';
import type { Limits } from '@mneme/domain';
import { isJsonObject, type IssueParams, parsedInput } from '@mneme/platform';
import { z } from 'zod';
import { atMost, issue, name, refuseDirt } from './text-checks.js';

export const Scope = z.enum(['user', 'agent', 'team', 'tenant']);
export type Scope = z.infer<typeof Scope>;

export type TurnInput = z.infer<ReturnType<typeof turnSchema>>;
export type IngestInput = z.infer<IngestSchema>;
export type IngestSchema = ReturnType<typeof ingestSchema>;

/** The plain shape of a request, the same for gRPC and HTTP. Build it once: it is the costly part. */
export function ingestSchema(limits: Limits) {
  const { batchTurnsMax, idCharsMax } = limits;
  const turns = z
    .array(turnSchema(limits))
    .min(1)
    .check(atMost('batchTurnsMax', batchTurnsMax, (list: readonly unknown[]) => list.length))
    .meta({ maxItems: batchTurnsMax });
  return z.strictObject({ turns, idempotencyKey: name('idCharsMax', idCharsMax).optional() });
}

/** @throws InvalidInput or LimitExceeded naming the field, such as `turns[3].role`, and the turn's index. */
export function parseIngest(schema: IngestSchema, value: unknown): IngestInput {
  return parsedInput(schema, value);
}

function turnSchema(limits: Limits) {
  const { idCharsMax, nameCharsMax, toolCallsMax, turnTextBytesMax, taskBytesMax } = limits;
  const id = () => name('idCharsMax', idCharsMax).optional();
  return z
    .strictObject({
      userId: id().meta({
        description: 'Whose turn it is; absent when the key is bound to a user, or the scope has none.',
      }),
      session: name('idCharsMax', idCharsMax).meta({ description: 'The conversation, by a name of your own.' }),
      role: Role.meta({ description: 'Who speaks.' }),
      content: z
        .string()
        .check(refuseDirt, atMost('turnTextBytesMax', turnTextBytesMax, byteLengthOf))
        .meta({
          maxLength: turnTextBytesMax,
          description: 'What was said; empty only with tool calls. The limit is of bytes, with the calls.',
        }),
      toolCalls: z
        .array(toolCallSchema(limits))
        .check(atMost('toolCallsMax', toolCallsMax, (list: readonly unknown[]) => list.length))
        .meta({ maxItems: toolCallsMax })
        .optional(),
      occurredAt: z
        .string()
        .optional()
        .meta({ description: 'When it was said, RFC 3339 with an offset; absent: when it is accepted.' }),
      speakerName: name('nameCharsMax', nameCharsMax)
        .optional()
        .meta({ description: 'Becomes part of what is searched.' }),
      scope: Scope.optional().meta({ description: 'Who may recall it; absent: `user`.' }),
      teamId: name('nameCharsMax', nameCharsMax).optional().meta({ description: 'With scope `team`: which.' }),
      idempotencyKey: id().meta({ description: 'Names the turn in its session, so that it is taken once.' }),
      sourceClass: SourceClass.optional().meta({
        description: 'Where it comes from, when that is worth less than the role.',
      }),
      task: z
        .string()
        .min(1)
        .check(refuseDirt, atMost('taskBytesMax', taskBytesMax, byteLengthOf))
        .optional()
        .meta({ description: 'The task that a run of tools was for; with `outcome`: the run is over.' }),
      outcome: TaskOutcome.optional().meta({ description: 'How the run of the task ended.' }),
    })
    .check(refuseNothing, refuseStrayTeam, refuseHalfRun, refuseLongCalls(turnTextBytesMax));
}

function toolCallSchema({ idCharsMax, nameCharsMax }: Limits) {
  return z.strictObject({
    id: name('idCharsMax', idCharsMax).optional(),
    name: name('nameCharsMax', nameCharsMax),
    arguments: z
      .preprocess(jsonTextOf, z.string().check(refuseDirt, refuseNonObject))
      .meta({ type: ['string', 'object'], description: 'An object, or the JSON text of one.' }),
  });
}

interface TeamChoice {
  readonly scope?: Scope | undefined;
  readonly teamId?: string | undefined;
}

function refuseStrayTeam(context: z.core.ParsePayload<TeamChoice>): void {
  const { scope, teamId } = context.value;
  const refuse = (message: string, params: IssueParams) => context.issues.push(issue(message, ['teamId'], params));
  if (scope === 'team' && teamId === undefined) refuse('a turn in team scope names its team', { sent: 'nothing' });
  else if (scope !== 'team' && teamId !== undefined)
    refuse('only a turn in team scope names a team', { sent: 'a team' });
  else if (teamId !== undefined && !TeamId.safeParse(teamId).success) {
    refuse('a team id has letters, digits, dots, hyphens and underscores', {
      sent: `text of ${teamId.length} characters`,
    });
  }
}

interface Run {
  readonly task?: string | undefined;
  readonly outcome?: string | undefined;
}

// A task without an outcome would be counted as neither.
function refuseHalfRun({ value, issues }: z.core.ParsePayload<Run>): void {
  const { task, outcome } = value;
  if ((task === undefined) === (outcome === undefined)) return;
  const missing = task === undefined ? 'task' : 'outcome';
  issues.push(issue('the end of a run has both its task and its outcome', [missing], { sent: 'nothing' }));
}

// The write-filter drops it, whatever the policy; who sends it has most likely lost a text.
function refuseNothing({ value, issues }: z.core.ParsePayload<Calls>): void {
  if (value.content.trim() !== '' || (value.toolCalls?.length ?? 0) > 0) return;
  const sent = value.content === '' ? 'nothing' : 'nothing but white space';
  issues.push(issue('a turn says something, or has a tool call', ['content'], { sent }));
}

interface Calls {
  readonly content: string;
  readonly toolCalls?: readonly { readonly arguments: string }[] | undefined;
}

// What a turn's calls say becomes part of its memory's text, so both share one limit.
function refuseLongCalls(turnTextBytesMax: number) {
  return ({ value, issues }: z.core.ParsePayload<Calls>): void => {
    if (value.toolCalls === undefined) return;
    const bytes = value.toolCalls.reduce(
      (sum, call) => sum + byteLengthOf(call.arguments),
      byteLengthOf(value.content),
    );
    if (bytes <= turnTextBytesMax) return;
    const params = { limit: `turnTextBytesMax=${turnTextBytesMax}`, sent: `${bytes} bytes` };
    issues.push(issue('content and tool calls together are longer than the limit', ['toolCalls'], params));
  };
}

function jsonTextOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? JSON.stringify(value) : value;
}

function refuseNonObject({ value, issues }: z.core.ParsePayload<string>): void {
  if (isJsonObject(value)) return;
  const params = { sent: `text of ${value.length} characters` };
  issues.push(issue('the arguments of a tool call are the JSON text of one object', [], params));
}

function byteLengthOf(text: string): number {
  return Buffer.byteLength(text);
}
