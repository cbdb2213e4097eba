import { InvalidInput } from '@mneme/domain';
import type { Position } from './quarantine-topic.js';

const ID = /^(\d{1,5})-(\d{1,15})$/;

/** Where a turn lies, as callers are told: it grants nothing, the tenant is looked at again. */
export function quarantineIdOf({ partition, offset }: Position): string {
  return `${partition}-${offset}`;
}

/** @throws InvalidInput naming the field for what `quarantineIdOf` did not make. */
export function positionOf(id: string, field: string, partitionCount: number): Position {
  const [, partition, offset] = ID.exec(id) ?? [];
  if (partition !== undefined && Number(partition) < partitionCount) {
    return { partition: Number(partition), offset: Number(offset) };
  }
  throw new InvalidInput('this is no such id: take it from the list', { field });
}
