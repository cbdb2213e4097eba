import type {
  Catalogue,
  Clock,
  Embedder,
  ErasableStore,
  ErasureJournal,
  EventLog,
  KeyVault,
  SubjectRegistry,
  SubjectTopics,
  VectorIndex,
} from '@mneme/ports';
import type { AuthGuard, Keyring, Logger, Metrics } from '@mneme/platform';

/** Everything that an erasure reaches. */
export interface ErasurePorts {
  readonly journal: ErasureJournal;
  readonly registry: SubjectRegistry;
  readonly log: EventLog;
  readonly topics: SubjectTopics;
  readonly stores: readonly ErasableStore[];
  readonly catalogue: Pick<Catalogue, 'get' | 'list'>;
  readonly vectorIndex: Pick<VectorIndex, 'cosines'>;
  readonly embedder: Pick<Embedder, 'model'>;
  readonly vault: Pick<KeyVault, 'commitmentKey'>;
  readonly keyring: Pick<Keyring, 'tenant' | 'newSubject' | 'forget'>;
  readonly guard: Pick<AuthGuard, 'verifier'>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'increment'>;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}
