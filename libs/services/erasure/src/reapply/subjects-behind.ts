import { SUBJECT_TOPICS, type SubjectId, type TenantId } from '@mneme/events';
import { subjectCommitmentOf } from '@mneme/domain';
import type { LoggedErasure } from '@mneme/platform';
import type { ErasurePorts } from '../erasure-ports.js';

const SUBJECTS_PAGE_MAX = 1_000;

type WalkPorts = Pick<ErasurePorts, 'registry' | 'topics' | 'log' | 'vault'>;

/**
 * Whose erasures these are, by commitment. `erasures` does not say: each subject of the tenant's registry is tried at each
 * epoch, then, for who came after the registry was backed up, each that has records resting on the log.
 */
export async function subjectsBehind(
  ports: WalkPorts,
  tenantId: TenantId,
  erasures: readonly LoggedErasure[],
): Promise<ReadonlyMap<string, SubjectId>> {
  const search = new CommitmentSearch(await ports.vault.commitmentKey(), erasures);
  const { registry, topics, log } = ports;
  await walk(search, (page) => registry.list(tenantId, page));
  for (const topic of SUBJECT_TOPICS) {
    for (let partition = 0; partition < log.partitionCount; partition += 1) {
      await walk(search, (page) => topics.subjects(topic, partition, page));
    }
  }
  return search.found;
}

interface Page {
  readonly afterSubjectId: SubjectId | undefined;
  readonly limit: number;
}

async function walk(search: CommitmentSearch, read: (page: Page) => Promise<readonly SubjectId[]>): Promise<void> {
  let afterSubjectId: SubjectId | undefined;
  while (!search.isDone) {
    const page = await read({ afterSubjectId, limit: SUBJECTS_PAGE_MAX });
    for (const subjectId of page) search.meet(subjectId);
    if (page.length < SUBJECTS_PAGE_MAX) return;
    afterSubjectId = page.at(-1);
  }
}

class CommitmentSearch {
  readonly found = new Map<string, SubjectId>();
  private readonly wanted: ReadonlySet<string>;
  private readonly epochs: readonly number[];

  constructor(
    private readonly commitmentKey: Uint8Array,
    erasures: readonly LoggedErasure[],
  ) {
    this.wanted = new Set(erasures.map(({ last }) => last.subjectCommitment));
    this.epochs = [...new Set(erasures.map(({ last }) => last.epoch))];
  }

  get isDone(): boolean {
    return this.found.size === this.wanted.size;
  }

  meet(subjectId: SubjectId): void {
    for (const epoch of this.epochs) {
      const commitment = subjectCommitmentOf(this.commitmentKey, subjectId, epoch);
      if (this.wanted.has(commitment)) this.found.set(commitment, subjectId);
    }
  }
}
