import { createHash } from 'node:crypto';
import type { EntityId, FactEdge, SubjectId } from '@mneme/events';
import { normalisedName } from '../facts/normalised-name.js';
import { type Predicate, PREDICATES } from '../facts/predicates.js';
import type { StatedEntity, StatedFact } from '../facts/stated-fact.js';
import { blindHash, entityIdOf, type IndexKeys, personOf } from '../index-keys.js';
import type { DataKeys } from '../sealing.js';

/** Who says it, and the keys that names and values are hashed under. */
export interface AssertedBy {
  readonly subjectId: SubjectId;
  readonly speakerName?: string | undefined;
  /** RFC 3339 in UTC: since when a fact holds that says nothing of it. */
  readonly occurredAt: string;
  readonly indexKeys: IndexKeys;
  readonly dataKeys: DataKeys;
}

const ALIASES_MAX = 32;

/** The clear side of a stated fact. Pure: the same statement and keys give the same edge. */
export function factEdgeOf(stated: StatedFact, by: AssertedBy): FactEdge {
  const { subject, object } = stated;
  const subjectNode = subject === 'speaker' ? speakerOf(by) : nodeOf(subject, by);
  const objectNode = 'value' in object ? undefined : nodeOf(object, by);
  const valueHash = 'value' in object ? blindHash(by.dataKeys.value, normalisedName(object.value)) : undefined;
  const qualifierHash =
    stated.qualifier === undefined ? undefined : blindHash(by.dataKeys.value, normalisedName(stated.qualifier));
  const places = {
    subjectEntity: subjectNode.entity,
    object: objectNode?.entity ?? valueHash ?? '',
    qualifier: qualifierHash,
  };
  return {
    subjectEntity: subjectNode.entity,
    subjectType: subjectNode.type,
    predicate: stated.predicate,
    ...(objectNode === undefined ? {} : { objectEntity: objectNode.entity, objectType: objectNode.type }),
    ...(valueHash === undefined ? {} : { valueHash }),
    ...(qualifierHash === undefined ? {} : { qualifierHash }),
    isNegated: stated.isNegated,
    isCorrection: stated.isCorrection,
    validFrom: stated.validFrom ?? by.occurredAt,
    ...(stated.validTo === undefined ? {} : { validTo: stated.validTo }),
    aliases: [...subjectNode.aliases, ...(objectNode?.aliases ?? [])].slice(0, ALIASES_MAX),
    ...slotsOf(stated, places),
  };
}

/** The same relation with another object, of the same type. Nothing of the old object stays, not even its aliases. */
export function correctedEdgeOf(
  { objectEntity: _objectEntity, valueHash: _valueHash, ...edge }: FactEdge,
  object: string,
  { indexKeys, dataKeys }: Pick<AssertedBy, 'indexKeys' | 'dataKeys'>,
): FactEdge {
  const { subjectEntity, objectType, qualifierHash, isNegated } = edge;
  const name = normalisedName(object);
  const corrected =
    objectType === undefined
      ? { valueHash: blindHash(dataKeys.value, name) }
      : { objectEntity: entityIdOf(indexKeys, objectType, name) };
  const place = corrected.objectEntity ?? corrected.valueHash ?? '';
  return {
    ...edge,
    ...corrected,
    isCorrection: false,
    aliases: edge.aliases.filter(({ entity }) => entity === subjectEntity),
    ...slotsOf(
      { predicate: edge.predicate as Predicate, isNegated },
      { subjectEntity, object: place, qualifier: qualifierHash },
    ),
  };
}

interface Node {
  readonly entity: EntityId;
  readonly type: string;
  readonly aliases: FactEdge['aliases'];
}

function speakerOf({ subjectId, speakerName, indexKeys }: AssertedBy): Node {
  const entity = personOf(indexKeys, subjectId);
  const name = normalisedName(speakerName ?? '');
  const aliases = name === '' ? [] : [{ entity, alias: entityIdOf(indexKeys, 'person', name) }];
  return { entity, type: 'person', aliases };
}

function nodeOf({ type, name, aliases = [] }: StatedEntity, { indexKeys }: AssertedBy): Node {
  const entity = entityIdOf(indexKeys, type, normalisedName(name));
  const others = new Set(aliases.map(normalisedName).filter((alias) => alias !== ''));
  const hashes = [...others].map((alias) => entityIdOf(indexKeys, type, alias)).filter((alias) => alias !== entity);
  return { entity, type, aliases: hashes.map((alias) => ({ entity, alias })) };
}

interface Places {
  readonly subjectEntity: EntityId;
  readonly object: string;
  readonly qualifier: string | undefined;
}

/**
 * Where the fact stands, and what it ends: the same predicate and object; of a predicate that holds once, whatever the
 * object; and what says the opposite of the same object. A negation ends its own object alone.
 */
function slotsOf(
  stated: Pick<StatedFact, 'predicate' | 'isNegated'>,
  places: Places,
): Pick<FactEdge, 'slots' | 'ends'> {
  const { predicate, isNegated } = stated;
  const own = slotOf(predicate, places, places.object);
  const wide = wideSlotOf(predicate, places);
  const { opposite } = PREDICATES[predicate];
  const reached = isNegated
    ? []
    : [wide, opposite === undefined ? undefined : slotOf(opposite, places, places.object)].filter(
        (slot) => slot !== undefined,
      );
  return { slots: wide === undefined ? [own] : [own, wide], ends: [own, ...reached] };
}

function wideSlotOf(predicate: Predicate, places: Places): string | undefined {
  const { cardinality } = PREDICATES[predicate];
  if (cardinality === 'one') return slotOf(predicate, places, '');
  if (cardinality === 'one-by-qualifier' && places.qualifier !== undefined) {
    return slotOf(predicate, places, `of ${places.qualifier}`);
  }
  return undefined;
}

// Its parts are keyed hashes already, but for the closed word.
function slotOf(predicate: Predicate, { subjectEntity }: Places, place: string): string {
  return createHash('sha256').update(`${subjectEntity}\0${predicate}\0${place}`).digest('hex').slice(0, 32);
}
