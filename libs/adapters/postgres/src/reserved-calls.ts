import type { TurnId } from '@mneme/events';
import type { ReservedTurn, TurnReservation } from '@mneme/ports';

/** What is kept of a turn. */
export interface KeptTurn extends TurnReservation {
  readonly partition: number | null;
  readonly offset: number | null;
}

/** Each turn of a call once, as it came first. Undefined when two mentions of one differ: nothing can be kept then. */
export function oncePerTurn(turns: readonly TurnReservation[]): ReadonlyMap<TurnId, TurnReservation> | undefined {
  const once = new Map<TurnId, TurnReservation>();
  for (const turn of turns) {
    const first = once.get(turn.turnId);
    if (first === undefined) once.set(turn.turnId, turn);
    else if (!isSame(first, turn)) return undefined;
  }
  return once;
}

/** The answers to a call of which `reserved` were reserved now; all others are `kept`, from before. */
export function answersOf(
  turns: readonly TurnReservation[],
  reserved: ReadonlySet<TurnId>,
  kept: ReadonlyMap<TurnId, KeptTurn>,
): readonly ReservedTurn[] {
  const first = new Map<TurnId, TurnReservation>();
  return turns.map((turn) => {
    const before = first.get(turn.turnId);
    if (before === undefined) first.set(turn.turnId, turn);
    if (reserved.has(turn.turnId)) {
      const { recordedAt } = before ?? turn;
      return { state: before === undefined ? 'reserved' : 'repeat', recordedAt };
    }
    const known = kept.get(turn.turnId);
    return known === undefined ? { state: 'conflict' } : repeatOf(known);
  });
}

/**
 * The answers to a call that was refused whole. What could have been reserved is said to be so, as if it stood alone; it
 * is not kept.
 */
export function refusedAnswersOf(
  turns: readonly TurnReservation[],
  kept: ReadonlyMap<TurnId, KeptTurn>,
): readonly ReservedTurn[] {
  const taken = new Map<TurnId, KeptTurn>();
  return turns.map((turn) => {
    const known = taken.get(turn.turnId) ?? kept.get(turn.turnId);
    if (known === undefined || known.epoch < turn.epoch) {
      taken.set(turn.turnId, { ...turn, partition: null, offset: null });
      return { state: 'reserved', recordedAt: turn.recordedAt };
    }
    return isSame(known, turn) ? repeatOf(known) : { state: 'conflict' };
  });
}

function isSame(one: TurnReservation, other: TurnReservation): boolean {
  return one.fingerprint === other.fingerprint && one.tenantId === other.tenantId && one.subjectId === other.subjectId;
}

function repeatOf({ recordedAt, partition, offset }: KeptTurn): ReservedTurn {
  if (partition === null || offset === null) return { state: 'repeat', recordedAt };
  return { state: 'repeat', recordedAt, position: { partition, offset } };
}
