import { InvalidInput } from '@mneme/domain';
import type { Position } from './quarantine-topic.js';

const ID = /^(\d{1,5})-(\d{1,15})$/;

/** Where a turn lies, as callers are told: it grants nothing, the tenant is looked at again. */
export function quarantineIdOf({ partition, offset }: Position): string {
  return `${partition}-${offset}`;
}

/** @throws InvalidInput naming the field for what `quarantineIdOf` did not make. */
export function positionOf(id: string, field: 'quarantineId' | 'cursor', partitionCount: number): Position {
  const [, partition, offset] = ID.exec(id) ?? [];
  if (partition !== undefined && Number(partition) < partitionCount) {
    return { partition: Number(partition), offset: Number(offset) };
  }
  throw new InvalidInput('this is no id of a held turn: take it from a list of the quarantine', { field });
}
