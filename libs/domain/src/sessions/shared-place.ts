import type { Audience, DepartmentId } from '@mneme/events';

/** Who may read a record, but for the trust that a key may ask for. */
export interface Place {
  readonly audience: Audience;
  readonly departmentId?: DepartmentId | undefined;
}

/**
 * Where something may go that stands on several records: the place of most of them, with those that everybody who reads
 * there may read too. Nothing that it stands on is narrower than where it goes. Undefined for no records.
 */
export function sharedPlaceOf<T extends Place>(records: readonly T[]): SharedPlace<T> | undefined {
  const places = new Map<string, Place>();
  for (const { audience, departmentId } of records) {
    places.set(JSON.stringify([audience, departmentId]), { audience, departmentId });
  }
  let best: SharedPlace<T> | undefined;
  for (const name of [...places.keys()].sort()) {
    const place = places.get(name) as Place;
    const covered = records.filter((record) => isWithin(place, record));
    if (best === undefined || covered.length > best.records.length) best = { place, records: covered };
  }
  return best;
}

export interface SharedPlace<T> {
  readonly place: Place;
  /** In the order given. */
  readonly records: readonly T[];
}

/** Whether all who may read at `place` may read the record. */
function isWithin(place: Place, { audience, departmentId }: Place): boolean {
  const isHeard = audience === place.audience || audience === 'o';
  return isHeard && (departmentId === undefined || departmentId === place.departmentId);
}
