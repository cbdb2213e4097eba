import { createHash, randomUUID } from 'node:crypto';
import { PREDICATES } from '../../libs/domain/dist/index.js';

const START_MS = Date.parse('2026-01-01T00:00:00.000Z');
const MINUTE_MS = 60_000;
const SHARED_THINGS = 5_000;
/** What people say of themselves, and how often: some of it again and again with another object. */
const SAID = [
  'prefers',
  'uses',
  'uses',
  'works_on',
  'knows',
  'avoids',
  'lives_in',
  'works_at',
  'has_role',
  'status_is',
];

/** A person who says one thing after another, always the same ones for the same name. */
export class Person {
  constructor(tenantId, name, { objects = SHARED_THINGS, said = SAID } = {}) {
    this.tenantId = tenantId;
    this.subjectId = hashOf(`subject of ${name}`);
    this.entity = hashOf(`person ${name}`);
    this.alias = hashOf(`name ${name}`);
    this.audience = `u:${this.subjectId}`;
    this.objects = objects;
    this.said = said;
    this.count = 0;
  }

  /** The next fact; five of them came from one turn. */
  next() {
    const at = this.count;
    this.count += 1;
    const predicate = this.said[at % this.said.length];
    const object = hashOf(`thing ${numberOf(`${this.subjectId}/${at}`) % this.objects}`);
    const atMs = START_MS + at * MINUTE_MS;
    const { subjectId, entity, tenantId, audience } = this;
    return {
      memoryId: randomUUID(),
      version: atMs * 1_000 + (at % 5),
      tenantId,
      subjectId,
      sessionKey: hashOf(`session ${Math.floor(at / 50)} of ${subjectId}`),
      sourceId: this.sourceOf(at),
      audience,
      sourceClass: 'user',
      trust: 0.9,
      confidence: 0.9,
      occurredAtMs: atMs,
      recordedAt: atMs * 1_000 + (at % 5),
      epoch: 1,
      subjectEntity: entity,
      subjectType: 'person',
      predicate,
      objectEntity: object,
      objectType: 'thing',
      isNegated: false,
      isCorrection: at % 97 === 96,
      validFromMs: atMs,
      aliases: [{ entity, alias: this.alias }],
      ...slotsOf(entity, predicate, object),
    };
  }

  sourceOf(at) {
    const hex = hashOf(`turn ${Math.floor(at / 5)} of ${this.subjectId}`);
    return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join(
      '-',
    );
  }
}

/** As the rules place a fact. */
function slotsOf(entity, predicate, object) {
  const { cardinality, opposite } = PREDICATES[predicate];
  const own = slotOf(entity, predicate, object);
  const wide = cardinality === 'one' ? [slotOf(entity, predicate, '')] : [];
  const against = opposite === undefined ? [] : [slotOf(entity, opposite, object)];
  return { slots: [own, ...wide], ends: [own, ...wide, ...against] };
}

function slotOf(entity, predicate, object) {
  return hashOf(`${entity}/${predicate}/${object}`);
}

function hashOf(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function numberOf(text) {
  return createHash('sha256').update(text).digest().readUInt32BE(0);
}
