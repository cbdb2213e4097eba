import { AgentId, DepartmentId, TeamId } from '@mneme/events';
import { InvalidInput, LimitExceeded, type Right, RIGHTS } from '@mneme/domain';
import type { z } from 'zod';

const RIGHTS_SENT_MAX = 64;
/** What a tenant's key or a token may be given; to operate is the operator's. */
export const TENANT_RIGHTS: readonly Right[] = RIGHTS.filter((right) => right !== 'operate');

/** @throws InvalidInput naming the form. */
export function readName<S extends z.ZodType<string>>(schema: S, value: string, field: string): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidInput('a name has letters, digits, ".", "_" and "-", at most 63', { field });
}

export const readAgent = (value: string, field = 'agentId') => readName(AgentId, value, field);
export const readTeam = (value: string, field = 'teamId') => readName(TeamId, value, field);
export const readDepartment = (value: string, field = 'departmentId') => readName(DepartmentId, value, field);

/** Each once. @throws InvalidInput for a right that there is not or that no tenant gives; LimitExceeded. */
export function readRights(rights: readonly string[]): readonly Right[] {
  if (rights.length === 0) throw new InvalidInput('at least one right is expected', { field: 'rights' });
  if (rights.length > RIGHTS_SENT_MAX) {
    const detail = { field: 'rights', limit: `rightsMax=${RIGHTS_SENT_MAX}`, sent: String(rights.length) };
    throw new LimitExceeded('more rights than the limit', detail);
  }
  return [...new Set(rights)].map((right, i) => {
    const known = TENANT_RIGHTS.find((one) => one === right);
    if (known !== undefined) return known;
    throw new InvalidInput(`a right is one of ${TENANT_RIGHTS.join(', ')}`, { field: `rights[${i}]` });
  });
}

/** @throws InvalidInput. */
export function readTrust(minTrust: number): number {
  if (minTrust >= 0 && minTrust <= 1) return minTrust;
  throw new InvalidInput('a trust is from 0 to 1', { field: 'minTrust', sent: String(minTrust) });
}
