import { createHash } from 'node:crypto';
import type { EntityId, FactEdge, SubjectId } from '@mneme/events';
import { normalisedName } from '../facts/normalised-name.js';
import { numberlessName } from '../facts/numberless-name.js';
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
  const valueHash = 'value' in object ? hashOf(undefined, normalisedName(object.value), by) : undefined;
  const qualifierHash =
    stated.qualifier === undefined ? undefined : blindHash(by.dataKeys.value, normalisedName(stated.qualifier));
  const places = {
    subjectEntity: subjectNode.entity,
    object: objectNode?.entity ?? valueHash ?? '',
    numberless:
      'value' in object
        ? numberlessOf(stated.predicate, { name: object.value }, by)
        : numberlessOf(stated.predicate, object, by),
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
  const keys = { indexKeys, dataKeys };
  const place = hashOf(objectType, name, keys);
  const corrected = objectType === undefined ? { valueHash: place } : { objectEntity: place as EntityId };
  const predicate = edge.predicate as Predicate;
  const numberless = numberlessOf(predicate, { type: objectType, name: object }, keys);
  return {
    ...edge,
    ...corrected,
    isCorrection: false,
    aliases: edge.aliases.filter(({ entity }) => entity === subjectEntity),
    ...slotsOf({ predicate, isNegated }, { subjectEntity, object: place, numberless, qualifier: qualifierHash }),
  };
}

type Keys = Pick<AssertedBy, 'indexKeys' | 'dataKeys'>;

function hashOf(type: string | undefined, name: string, { indexKeys, dataKeys }: Keys): string {
  return type === undefined ? blindHash(dataKeys.value, name) : entityIdOf(indexKeys, type, name);
}

const LIKINGS: ReadonlySet<Predicate> = new Set<Predicate>(['prefers', 'avoids']);

/** Of a liking, what one of a kind and several have in common, where that is another name. */
function numberlessOf(
  predicate: Predicate,
  { type, name }: { readonly type?: string | undefined; readonly name: string },
  keys: Keys,
): string | undefined {
  const normalised = normalisedName(name);
  const numberless = numberlessName(normalised);
  if (!LIKINGS.has(predicate) || numberless === normalised) return undefined;
  return hashOf(type, numberless, keys);
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
  readonly numberless: string | undefined;
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
  const objects = [places.object, ...(places.numberless === undefined ? [] : [places.numberless])];
  const [own = '', ...alike] = objects.map((object) => slotOf(predicate, places, object));
  const wide = wideSlotOf(predicate, places);
  const { opposite } = PREDICATES[predicate];
  const reached = isNegated
    ? []
    : [wide, ...(opposite === undefined ? [] : objects.map((object) => slotOf(opposite, places, object)))].filter(
        (slot) => slot !== undefined,
      );
  // There are two slots at most: what holds once for its qualifier is ended there, whatever its number.
  return { slots: [own, ...(wide === undefined ? alike : [wide])], ends: [own, ...alike, ...reached] };
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
