import { InvalidInput } from '@mneme/domain';
import { z } from 'zod';
import { fileSource, parseLine, textLines } from '../text-lines.js';

const DAY_MS = 86_400_000;
const TURNS_MAX = 500;

/** One line of a demo's file: a turn, and how long ago it was said, so that its dates never grow old. */
export const DemoTurn = z.strictObject({
  session: z.string().min(1),
  daysAgo: z.int().min(0).max(60),
  /** `hh:mm`, UTC. */
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  role: z.enum(['user', 'assistant', 'tool']),
  speakerName: z.string().optional(),
  content: z.string().min(1),
});
export type DemoTurn = z.infer<typeof DemoTurn>;

export interface DemoSession {
  readonly name: string;
  readonly daysAgo: number;
  readonly turns: readonly DemoTurn[];
}

/** The sessions of a file in its order. @throws InvalidInput with the line that is none. */
export async function readConversation(file: string): Promise<readonly DemoSession[]> {
  const sessions = new Map<string, DemoTurn[]>();
  let count = 0;
  for await (const line of textLines(fileSource(file))) {
    const turn = parseLine(DemoTurn, line, file);
    if (++count > TURNS_MAX) throw new InvalidInput(`${file} has more than ${TURNS_MAX} turns`, { field: 'file' });
    const turns = sessions.get(turn.session);
    if (turns === undefined) sessions.set(turn.session, [turn]);
    else turns.push(turn);
  }
  if (count === 0) throw new InvalidInput(`${file} has no turns`, { field: 'file' });
  return [...sessions].map(([name, turns]) => ({ name, daysAgo: turns[0]?.daysAgo ?? 0, turns }));
}

/** When a turn was said; today's times count back from `nowMs`, so that none lies ahead. */
export function occurredAtOf({ daysAgo, time }: DemoTurn, { nowMs, last }: { nowMs: number; last: DemoTurn }): string {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const ofDay = (hours * 60 + minutes) * 60_000;
  if (daysAgo > 0) return new Date(Math.floor(nowMs / DAY_MS - daysAgo) * DAY_MS + ofDay).toISOString();
  const [lastHours = 0, lastMinutes = 0] = last.time.split(':').map(Number);
  return new Date(nowMs - (lastHours * 60 + lastMinutes) * 60_000 + ofDay).toISOString();
}
