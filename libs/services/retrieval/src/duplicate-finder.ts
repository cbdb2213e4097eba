import type { MemoryContent } from '@mneme/events';
import { stemCountsOf } from '@mneme/domain';

/** Share of common stems from which two texts say the same. */
const SAME_SHARE = 0.95;
/** Texts with fewer stems repeat only word for word: "yes please" and "yes thanks" are not the same. */
const STEMS_MIN = 6;

/** Remembers the texts of one answer and tells whether another says nothing new. */
export class DuplicateFinder {
  private readonly texts = new Set<string>();
  private readonly stems: ReadonlySet<string>[] = [];

  isRepeat({ text, speakerName = '' }: MemoryContent): boolean {
    const plain = `${speakerName}\0${text.toLowerCase().replace(/\s+/gu, ' ').trim()}`;
    if (this.texts.has(plain)) return true;
    const stems = new Set(stemCountsOf(`${speakerName} ${text}`).keys());
    if (stems.size >= STEMS_MIN && this.stems.some((other) => overlap(stems, other) >= SAME_SHARE)) return true;
    this.texts.add(plain);
    this.stems.push(stems);
    return false;
  }
}

/** Jaccard index: common over all. */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const stem of a) if (b.has(stem)) common += 1;
  return common / (a.size + b.size - common);
}
