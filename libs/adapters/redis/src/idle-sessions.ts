import { InvalidInput } from '@mneme/domain';
import type { IdlePage, IdleSession, SessionEnds } from '@mneme/ports';
import { IDLE_SESSIONS, NOTE_ENDED } from './lua/idle-scripts.js';
import type { RedisConnection } from './redis-connection.js';
import { memberOf, namedBy, sessionOfMember } from './session-places.js';
import type { Shards } from './shards.js';

/** Which sessions have had no turn for a while: the first ones of all shards, merged. */
export class IdleSessions {
  constructor(
    private readonly connection: RedisConnection,
    private readonly shards: Shards,
  ) {}

  async page({ beforeMs, sessionsMax, after }: Parameters<SessionEnds['idleSessions']>[0]): Promise<IdlePage> {
    const given = { beforeMs, sessionsMax, after: after === undefined ? undefined : placeOf(after) };
    const found = await Promise.all(this.shards.roots.map((root) => this.pageOf(root, given)));
    const sessions = found.flat().sort(byAppend).slice(0, sessionsMax);
    const last = sessions.at(-1);
    if (last === undefined || sessions.length < sessionsMax) return { sessions };
    return { sessions, next: `${last.lastAppendMs}/${memberOf(last)}` };
  }

  async noteEnded(session: IdleSession): Promise<void> {
    const given = { ...namedBy(session), lastAppendMs: session.lastAppendMs };
    await this.connection.run(NOTE_ENDED, { root: this.shards.rootOf(session.tenantId), given });
  }

  private async pageOf(root: string, given: Readonly<Record<string, unknown>>): Promise<readonly IdleSession[]> {
    const found = (await this.connection.run(IDLE_SESSIONS, { root, given })) as readonly string[];
    const sessions: IdleSession[] = [];
    for (let at = 0; at < found.length; at += 2) {
      sessions.push({ ...sessionOfMember(found[at] as string), lastAppendMs: Number(found[at + 1]) });
    }
    return sessions;
  }
}

// As the engine orders them: by score, then by the bytes of the member.
function byAppend(one: IdleSession, other: IdleSession): number {
  return one.lastAppendMs - other.lastAppendMs || (memberOf(one) < memberOf(other) ? -1 : 1);
}

function placeOf(after: string): { readonly ms: number; readonly member: string } {
  const [, ms, member] = /^(\d{1,16})\/([a-z0-9-]{1,63}\/[0-9a-f]{64}\/[0-9a-f]{64})$/.exec(after) ?? [];
  if (ms === undefined || member === undefined) throw new InvalidInput('this is no page', { field: 'after' });
  return { ms: Number(ms), member };
}
