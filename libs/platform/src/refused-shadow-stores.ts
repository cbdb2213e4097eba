import { InvalidInput } from '@mneme/domain';
import type { ShadowStores } from '@mneme/ports';

/** What the distributed profile does not do yet, said by name. */
export const refusedShadowStores: ShadowStores = {
  open: refuse,
  openNext: refuse,
  openPrevious: refuse,
  dropPrevious: refuse,
};

async function refuse(): Promise<never> {
  throw new InvalidInput(
    'distributed engines are not rebuilt beside the live ones: empty a store and start its consumer group at the ' +
      'beginning of memories, see docs/distributed.md',
    { field: 'MNEME_ENGINES', sent: 'distributed' },
  );
}
