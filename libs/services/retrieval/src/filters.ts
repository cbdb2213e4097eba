import { MemoryKind, type SubjectId } from '@mneme/events';
import { type IndexKeys, InvalidInput, LimitExceeded, type Limits, sessionKeyOf } from '@mneme/domain';
import type { MemoryFilter } from '@mneme/ports';
import { z } from 'zod';

/** A condition as a request names it. */
export interface RequestedFilter {
  readonly field: string;
  readonly op: string;
  readonly values: readonly string[];
}

export interface FilterContext {
  readonly limits: Limits;
  readonly indexKeys: IndexKeys;
  /** Sessions are looked up within this subject. */
  readonly subjectId: SubjectId;
}

type Reader = (filter: RequestedFilter, field: string, context: FilterContext) => MemoryFilter;

const READERS: Readonly<Record<string, Reader>> = {
  'kind in': ({ values }, field) => ({ kinds: values.map((value) => kindOf(value, field)) }),
  'flag in': ({ values }) => ({ flags: values }),
  'session in': ({ values }, _field, context) => ({
    sessionKeys: values.map((session) => sessionKeyOf(context.indexKeys, context.subjectId, session)),
  }),
  'agent in': ({ values }) => ({ agentIds: values }),
  'team in': ({ values }) => ({ teamIds: values }),
  'occurred_at from': ({ values }, field) => ({ occurredFromMs: instantMsOf(values, field) }),
  'occurred_at before': ({ values }, field) => ({ occurredToMs: instantMsOf(values, field) }),
};

/**
 * The conjunction of the filters. Nothing is ignored.
 * @throws InvalidInput for an unknown field or op, a field named twice, no value, or a value of the wrong form;
 * LimitExceeded for too many filters or values.
 */
export function memoryFilterOf(filters: readonly RequestedFilter[], context: FilterContext): MemoryFilter {
  const { filtersMax, filterValuesMax } = context.limits;
  if (filters.length > filtersMax) throw tooMany('filters', `filtersMax=${filtersMax}`, filters.length);
  let merged: MemoryFilter = {};
  const seen = new Set<string>();
  filters.forEach((filter, i) => {
    const at = `filters[${i}]`;
    const name = `${filter.field} ${filter.op}`;
    const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
    if (read === undefined) throw unknownFilter(at);
    if (seen.has(name)) throw new InvalidInput('a filter stands twice; give all its values at once', { field: at });
    seen.add(name);
    if (filter.values.length === 0) throw new InvalidInput('a filter has no value', { field: `${at}.values` });
    if (filter.values.length > filterValuesMax) {
      throw tooMany(`${at}.values`, `filterValuesMax=${filterValuesMax}`, filter.values.length);
    }
    merged = { ...merged, ...read(filter, `${at}.values`, context) };
  });
  return merged;
}

function unknownFilter(at: string): InvalidInput {
  const known = Object.keys(READERS).join(', ');
  return new InvalidInput(`this filter is unknown; known are: ${known}`, { field: at });
}

function kindOf(value: string, field: string): MemoryKind {
  const parsed = MemoryKind.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(`a kind is one of ${MemoryKind.options.join(', ')}`, { field });
}

function instantMsOf(values: readonly string[], field: string): number {
  const [value] = values;
  if (values.length !== 1) throw new InvalidInput('a time filter takes one value', { field });
  return readInstantMs(value ?? '', field);
}

/** Epoch ms of an RFC 3339 instant with an offset. @throws InvalidInput naming the field. */
export function readInstantMs(value: string, field: string): number {
  if (z.iso.datetime({ offset: true }).safeParse(value).success) return Date.parse(value);
  throw new InvalidInput('a time is an RFC 3339 instant with an offset, such as 2026-03-14T09:26:53Z', { field });
}

function tooMany(field: string, limit: string, sent: number): LimitExceeded {
  return new LimitExceeded('more than the limit', { field, limit, sent: String(sent) });
}
