import { createHash } from 'node:crypto';

const WORDS = 30_000;
const TOPICS = 400;
const LENGTH = 18;
const TERM_BITS = 52;

/** Numbers from 0 to 1, the same for the same seed. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const hexOf = (...parts) => createHash('sha256').update(parts.join('/')).digest('hex');
const uuidOf = (...parts) => hexOf(...parts).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, '$1-$2-5$3-8$4-$5');
const TERMS = Array.from({ length: WORDS }, (_, word) => parseInt(hexOf('term', word).slice(0, TERM_BITS / 4), 16));

/**
 * A made-up index of one tenant: memories of many users and some of the organisation's, in topics, so that some vectors lie
 * close together, with words as frequent as words are.
 */
export class MadeUpIndex {
  constructor({ memories, users, dimensions, seed = 1, shared = 50 }) {
    Object.assign(this, { memories, users, dimensions, seed, shared });
    this.tenantId = 'measured';
    this.model = `made-up-${dimensions}`;
    const random = randomOf(seed);
    this.topics = Array.from({ length: TOPICS }, () => this.directionOf(random));
  }

  subjectOf(user) {
    return hexOf('subject', user);
  }

  /** Every `shared`th memory is the organisation's. */
  memory(at) {
    const random = randomOf(this.seed * 1_000_003 + at);
    const subjectId = this.subjectOf(at % this.users);
    const recordedAt = 1_700_000_000_000_000 + at;
    const topic = Math.floor(random() * TOPICS);
    return {
      memoryId: uuidOf('memory', at),
      version: recordedAt,
      tenantId: this.tenantId,
      subjectId,
      contributors: [subjectId],
      sessionKey: hexOf('session', at % this.users, Math.floor(at / this.users / 20)),
      sourceId: uuidOf('source', at),
      audience: Math.floor(at / this.users) % this.shared === 0 && this.shared > 0 ? 'o' : `u:${subjectId}`,
      kind: 'episode',
      flags: [],
      sourceClass: 'user',
      trust: 0.9,
      confidence: 0.8 + Math.floor(random() * 20) / 100,
      occurredAtMs: 1_700_000_000_000 + at * 1_000,
      recordedAt,
      epoch: 1,
      model: this.model,
      dimensions: this.dimensions,
      inputHash: hexOf('input', at),
      terms: this.termsOf(random, topic, 5 + Math.floor(random() * 2 * (LENGTH - 5))),
      speakerTerms: [TERMS[at % 100]],
      vectors: [this.vectorOf(random, topic)],
    };
  }

  question(at) {
    const random = randomOf(this.seed * 7_000_003 + at);
    const topic = Math.floor(random() * TOPICS);
    return {
      subjectId: this.subjectOf(Math.floor(random() * this.users)),
      vector: this.vectorOf(random, topic),
      terms: this.termsOf(random, topic, 8).map(({ term }) => term),
    };
  }

  // A third of the words are the topic's; of the others some are in every text, and most in few.
  termsOf(random, topic, length) {
    const counts = new Map();
    for (let i = 0; i < length; i++) {
      const word = random() < 0.33 ? topic * 60 + Math.floor(60 * random() ** 2) : Math.floor(WORDS * random() ** 5);
      const term = TERMS[word % WORDS];
      counts.set(term, (counts.get(term) ?? 0) + 1);
    }
    return [...counts].map(([term, count]) => ({ term, count })).sort((a, b) => a.term - b.term);
  }

  vectorOf(random, topic) {
    const centre = this.topics[topic];
    const own = this.directionOf(random);
    return unitOf(Float32Array.from(centre, (number, i) => 0.6 * number + 0.8 * own[i]));
  }

  directionOf(random) {
    return unitOf(Float32Array.from({ length: this.dimensions }, () => random() + random() + random() - 1.5));
  }
}

function unitOf(vector) {
  const norm = Math.hypot(...vector);
  return vector.map((number) => number / norm);
}
