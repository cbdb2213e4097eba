import { keyedHash, seal, unseal } from '@mneme/domain';
import type { ModelSubject } from '@mneme/ports';

export interface SealedCacheLimits {
  readonly entriesMax: number;
  /** Of the sealed values together. */
  readonly bytesMax: number;
}

/**
 * Answers by what was asked, in memory alone; the one that was not used for longest goes first. Names are keyed hashes
 * and values are sealed, both under the subject's data key: without the key nothing here can be found or read.
 */
export class SealedCache {
  readonly #sealed = new Map<string, string>();
  #bytes = 0;

  constructor(private readonly limits: SealedCacheLimits) {}

  get(subject: ModelSubject, asked: string): string | undefined {
    const name = nameOf(subject, asked);
    const sealed = this.#sealed.get(name);
    if (sealed === undefined) return undefined;
    this.#sealed.delete(name);
    this.#sealed.set(name, sealed);
    return unseal(subject.keys, sealContextOf(subject, name), sealed);
  }

  set(subject: ModelSubject, asked: string, value: string): void {
    const name = nameOf(subject, asked);
    const sealed = seal(subject.keys, sealContextOf(subject, name), value);
    this.#drop(name);
    if (sealed.length > this.limits.bytesMax) return;
    this.#sealed.set(name, sealed);
    this.#bytes += sealed.length;
    for (const oldest of this.#sealed.keys()) {
      if (this.#sealed.size <= this.limits.entriesMax && this.#bytes <= this.limits.bytesMax) return;
      this.#drop(oldest);
    }
  }

  #drop(name: string): void {
    this.#bytes -= this.#sealed.get(name)?.length ?? 0;
    this.#sealed.delete(name);
  }
}

/** The epoch is part of the name: what was opened again after an erasure finds nothing of before. */
function nameOf({ tenantId, subjectId, epoch, keys }: ModelSubject, asked: string): string {
  return keyedHash(keys.input, JSON.stringify(['language-model', tenantId, subjectId, epoch, asked]));
}

function sealContextOf({ tenantId, subjectId, epoch }: ModelSubject, name: string) {
  return { tenantId, subjectId, epoch, recordId: `language-model:${name}`, version: 0 };
}
