import { Corrupt } from '@mneme/domain';
import type { IngestTurnsRequest } from '@mneme/proto';
import type { Connection } from '../connect.js';
import { errorOfRefusal } from '../errors.js';
import { waitUntilCurrent } from '../wait-until-current.js';
import type { Conversation } from './dataset.js';

/** What a conversation became in the service. */
export interface SentConversation {
  readonly sampleId: string;
  /** Turn id given by the service → turn id of the dataset. */
  readonly diaIds: ReadonlyMap<string, string>;
  /** One day after the last turn. */
  readonly now: string;
  readonly failedTurns: number;
}

const CHUNK_TURNS = 100;
const WAIT_MS_MAX = 15 * 60_000;
const DAY_MS = 86_400_000;

/** Sends a conversation as its user's turns, in order, and waits until all of it can be recalled. */
export async function sendConversation(
  connection: Connection,
  conversation: Conversation,
  onTurns: (turns: number) => void,
): Promise<SentConversation> {
  const { sampleId, turns } = conversation;
  const diaIds = new Map<string, string>();
  let sent = 0;
  let token = '';
  for await (const { accepted, refused } of connection.ingest.streamTurns(chunksOf(conversation))) {
    if (accepted === undefined) {
      throw refused === undefined ? new Corrupt('the service answered with nothing') : errorOfRefusal(refused);
    }
    accepted.turnIds.forEach((turnId, i) => {
      const turn = turns[sent + i];
      if (turn !== undefined) diaIds.set(turnId, turn.diaId);
    });
    sent += accepted.turnIds.length;
    token = accepted.token;
    onTurns(accepted.turnIds.length);
  }
  const now = new Date(Math.max(...turns.map(({ occurredAt }) => Date.parse(occurredAt))) + DAY_MS).toISOString();
  const waiting = { token, userId: sampleId, now, waitMsMax: WAIT_MS_MAX };
  const failed = await waitUntilCurrent(connection, waiting);
  return { sampleId, diaIds, now, failedTurns: failed.length };
}

function* chunksOf({ sampleId, turns }: Conversation): Generator<IngestTurnsRequest, void> {
  for (let start = 0; start < turns.length; start += CHUNK_TURNS) {
    yield {
      turns: turns.slice(start, start + CHUNK_TURNS).map((turn) => ({
        userId: sampleId,
        session: turn.session,
        role: 'user',
        content: turn.text,
        toolCalls: [],
        occurredAt: turn.occurredAt,
        speakerName: turn.speaker,
        idempotencyKey: `${sampleId}/${turn.diaId}`,
      })),
    };
  }
}

/** Dataset ids of the turns that became memories. */
export async function keptTurns(connection: Connection, sent: SentConversation): Promise<ReadonlySet<string>> {
  const kept = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await connection.retrieval.listMemories({
      userId: sent.sampleId,
      filters: [],
      pageSize: 200,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const diaId of diaIdsOf(page.memories, sent.diaIds)) kept.add(diaId);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return kept;
}

/** Each memory as every turn that it was derived from, in order, each turn once. */
export function diaIdsOf(
  memories: readonly { readonly turnIds: readonly string[] }[],
  diaIds: ReadonlyMap<string, string>,
): readonly string[] {
  const turnIds = memories.flatMap((memory) => memory.turnIds);
  return [...new Set(turnIds.flatMap((turnId) => diaIds.get(turnId) ?? []))];
}
