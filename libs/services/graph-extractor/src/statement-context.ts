import type { MemoryContent, MemoryDerived, Role } from '@mneme/events';
import type { StatementContext } from '@mneme/domain';

const ROLES = {
  user: 'user',
  agent: 'assistant',
  tool: 'tool',
  web: 'tool',
  system: 'system',
} as const satisfies Record<MemoryDerived['sourceClass'], Role>;

/** What an episode's statements are read against. */
export function contextOf({ sourceClass, occurredAt }: MemoryDerived, content: MemoryContent): StatementContext {
  return {
    role: ROLES[sourceClass],
    occurredAt,
    ...(content.speakerName === undefined ? {} : { speakerName: content.speakerName }),
    ...(content.zone === undefined ? {} : { zone: content.zone }),
  };
}
