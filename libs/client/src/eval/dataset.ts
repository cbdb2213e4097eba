import { join } from 'node:path';
import { InvalidInput } from '@mneme/domain';
import { z } from 'zod';
import { jsonLines } from '../text-lines.js';

/** A turn of a conversation, in the order in which it was said. */
export interface DatasetTurn {
  readonly diaId: string;
  readonly speaker: string;
  readonly text: string;
  readonly session: string;
  /** RFC 3339. */
  readonly occurredAt: string;
}

export interface Conversation {
  readonly sampleId: string;
  readonly turns: readonly DatasetTurn[];
}

export interface Question {
  readonly qid: string;
  readonly sampleId: string;
  readonly question: string;
  readonly category: number;
  /** Ids of the turns that answer it; empty: it is asked and left out of the figures. */
  readonly evidence: readonly string[];
}

export interface Dataset {
  readonly conversations: readonly Conversation[];
  readonly questions: readonly Question[];
}

const Text = z.string().min(1);
const TurnRow = z.object({
  sample_id: Text,
  dia_id: Text,
  speaker: Text,
  text: z.string(),
  session: z.union([z.int(), Text]),
  date_time: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?$/, {
    message: 'is not a time like 2023-05-08T13:56:00',
  }),
});
const QuestionRow = z.object({ qid: Text, sample_id: Text, question: Text, category: z.int().positive() });
const EvidenceRow = z.object({ qid: Text, evidence: z.array(Text) });

/**
 * Reads turns.jsonl, questions.jsonl and evidence.jsonl of a directory, line by line.
 * @throws NotFound for a missing file; InvalidInput naming file, line and field.
 */
export async function readDataset(directory: string): Promise<Dataset> {
  const conversations = await readConversations(join(directory, 'turns.jsonl'));
  const evidence = await readEvidence(join(directory, 'evidence.jsonl'));
  const questions = await readQuestions(join(directory, 'questions.jsonl'), { conversations, evidence });
  return { conversations: [...conversations].map(([sampleId, turns]) => ({ sampleId, turns })), questions };
}

async function readConversations(path: string): Promise<ReadonlyMap<string, readonly DatasetTurn[]>> {
  const conversations = new Map<string, DatasetTurn[]>();
  const seen = new Set<string>();
  for await (const row of jsonLines(TurnRow, path)) {
    const name = JSON.stringify([row.sample_id, row.dia_id]);
    if (seen.has(name)) throw new InvalidInput(`${path}: turn ${name} is there twice`, { field: 'dia_id' });
    seen.add(name);
    const turns = conversations.get(row.sample_id) ?? [];
    conversations.set(row.sample_id, turns);
    turns.push({
      diaId: row.dia_id,
      speaker: row.speaker,
      text: row.text,
      session: `S${row.session}`,
      occurredAt: instantOf(row.date_time, path),
    });
  }
  if (conversations.size === 0) throw new InvalidInput(`${path} has no turns`);
  return conversations;
}

async function readEvidence(path: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const evidence = new Map<string, readonly string[]>();
  for await (const row of jsonLines(EvidenceRow, path)) {
    if (evidence.has(row.qid)) throw new InvalidInput(`${path}: ${row.qid} is there twice`, { field: 'qid' });
    evidence.set(row.qid, [...new Set(row.evidence)]);
  }
  return evidence;
}

interface Known {
  readonly conversations: ReadonlyMap<string, readonly DatasetTurn[]>;
  readonly evidence: ReadonlyMap<string, readonly string[]>;
}

async function readQuestions(path: string, { conversations, evidence }: Known): Promise<readonly Question[]> {
  const questions = new Map<string, Question>();
  const turnIds = new Map([...conversations].map(([id, turns]) => [id, new Set(turns.map(({ diaId }) => diaId))]));
  for await (const { qid, sample_id: sampleId, question, category } of jsonLines(QuestionRow, path)) {
    const known = turnIds.get(sampleId);
    if (known === undefined) throw new InvalidInput(`${path}: ${qid} asks of a conversation without turns`);
    if (questions.has(qid)) throw new InvalidInput(`${path}: ${qid} is there twice`, { field: 'qid' });
    const answers = evidence.get(qid) ?? [];
    const stray = answers.find((diaId) => !known.has(diaId));
    if (stray !== undefined) throw new InvalidInput(`the evidence of ${qid} names ${stray}, which is no turn`);
    questions.set(qid, { qid, sampleId, question, category, evidence: answers });
  }
  const orphan = [...evidence.keys()].find((qid) => !questions.has(qid));
  if (orphan !== undefined) throw new InvalidInput(`there is evidence for ${orphan}, which is no question`);
  if (questions.size === 0) throw new InvalidInput(`${path} has no questions`);
  return [...questions.values()];
}

/** A time without a zone is taken as UTC. */
function instantOf(dateTime: string, path: string): string {
  const instant = /(?:Z|[+-]\d{2}:\d{2})$/.test(dateTime) ? dateTime : `${dateTime}Z`;
  if (Number.isNaN(Date.parse(instant))) {
    throw new InvalidInput(`${path}: ${dateTime} is no day of the calendar`, { field: 'date_time' });
  }
  return instant;
}
