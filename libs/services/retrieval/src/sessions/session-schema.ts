import { z } from 'zod';

// What these shapes leave open (lengths, names, revisions) is checked by the calls, for gRPC and HTTP alike.
const userId = z
  .string()
  .optional()
  .meta({ description: 'The user to speak for; absent: the user that the key is bound to, or nobody.' });
const stateJson = z
  .preprocess((value) => (isObject(value) ? JSON.stringify(value) : value), z.string())
  .meta({ type: ['string', 'object'], description: 'An object, or the JSON text of one; replaces what is there.' });
const expectedRevision = z
  .string()
  .optional()
  .meta({ description: 'What must be there: a revision that was read, or `0` for nothing; absent: anything.' });

/** Of every read of a session. */
export const SessionQuery = z.strictObject({ userId });
export const WrittenTask = z.strictObject({
  userId,
  stateJson,
  expectedRevision,
  teamId: z
    .string()
    .optional()
    .meta({ description: 'Without a user: the team that may read it; absent: the calling agent alone.' }),
});
export const WrittenState = z.strictObject({ userId, stateJson, expectedRevision });
export const HandedOff = z.strictObject({
  userId,
  toAgent: z.string().optional().meta({ description: 'Who takes over: this or `toTeam`.' }),
  toTeam: z.string().optional(),
  note: z.string().meta({ description: 'What the receiver should know.' }),
  stateJson: stateJson.optional(),
  expectedRevision,
  expiresInMinutes: z.int().nonnegative().optional().meta({ description: 'How long the token holds; absent: a day.' }),
});
export const Resumption = z.strictObject({
  resumeToken: z.string(),
  turns: z.int().nonnegative().optional().meta({ description: 'Last turns, 1 to 200; absent: 20.' }),
  memories: z.int().nonnegative().optional().meta({ description: 'Of the session and of teams, 1 to 50; absent: 10.' }),
});
export const SessionEnding = z.strictObject({ userId });

export const StateRevision = z.object({
  revision: z.string().meta({ description: 'Names what was written; rises, and is never used again.' }),
});
export const SessionState = z.object({
  stateJson: z.string(),
  revision: z.string(),
  agentId: z.string().meta({ description: 'Who wrote it.' }),
  writtenAt: z.string(),
});
export const StateAnswer = z.object({
  state: SessionState.optional().meta({ description: 'Absent when there is none.' }),
});
export const HandOffAnswer = z.object({
  resumeToken: z.string(),
  expiresAt: z.string(),
  revision: z.string().optional().meta({ description: "Of the task's state, when it was replaced." }),
});
const Remembered = z.object({ memoryId: z.uuid(), version: z.string(), kind: z.string(), text: z.string() });
export const ResumeAnswer = z.object({
  handOff: z.object({
    note: z.string(),
    fromAgent: z.string(),
    toAgent: z.string().optional(),
    toTeam: z.string().optional(),
    handedAt: z.string(),
  }),
  task: SessionState.optional(),
  turns: z
    .array(z.object({ turnId: z.uuid(), role: z.string(), content: z.string() }))
    .meta({ description: 'Oldest first, with the other fields of a turn.' }),
  sessionMemories: z.array(Remembered).meta({ description: 'Of the session, with the other fields of a memory.' }),
  teamMemories: z.array(Remembered).meta({ description: "Of the caller's teams, from other sessions." }),
  session: z.string().meta({ description: 'By its name, for the calls that follow.' }),
});
export const EndAnswer = z.object({
  state: z.enum(['ended', 'empty']),
  token: z.string().optional().meta({ description: 'For a read that waits for the summary.' }),
  turnCount: z.int().nonnegative(),
});

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
