import { type DynamicModule, Module } from '@nestjs/common';
import {
  CATALOGUE,
  CLOCK,
  EMBEDDER,
  ERASABLE_STORES,
  ERASURE_JOURNAL,
  EVENT_LOG,
  KEY_VAULT,
  SUBJECT_REGISTRY,
  SUBJECT_TOPICS_INDEX,
  VECTOR_INDEX,
} from '@mneme/ports';
import { AuthGuard, Keyring, Logger, Metrics } from '@mneme/platform';
import { EnrolUser } from './enrol-user.js';
import type { ErasurePorts } from './erasure-ports.js';
import type { ErasureConfig } from './erasure.config.js';
import { ErasureController } from './erasure.controller.js';
import { LegalHolds } from './legal-holds.js';
import { ReadErasures } from './read-erasures.js';
import { ReapplyErasures } from './reapply/reapply-erasures.js';
import { RunErasures } from './run-erasures.js';
import { StartErasure } from './start-erasure.js';

const PORTS = Symbol('ErasurePorts');

/** Where each port comes from. */
const PORT_TOKENS = {
  journal: ERASURE_JOURNAL,
  registry: SUBJECT_REGISTRY,
  log: EVENT_LOG,
  topics: SUBJECT_TOPICS_INDEX,
  stores: ERASABLE_STORES,
  catalogue: CATALOGUE,
  vectorIndex: VECTOR_INDEX,
  embedder: EMBEDDER,
  vault: KEY_VAULT,
  keyring: Keyring,
  guard: AuthGuard,
  clock: CLOCK,
  metrics: Metrics,
  logger: Logger,
} as const satisfies Record<keyof ErasurePorts, unknown>;

/**
 * Serves `Erasure`, and provides two parts of the process: `ReapplyErasures`, to be started before anything reads or writes,
 * and `RunErasures`.
 */
@Module({})
export class ErasureModule {
  static register(config: ErasureConfig): DynamicModule {
    return {
      module: ErasureModule,
      controllers: [ErasureController],
      providers: [portsProvider(), ...runProviders(config), ...requestProviders(config)],
      exports: [ReapplyErasures, RunErasures],
    };
  }
}

function portsProvider() {
  const names = Object.keys(PORT_TOKENS);
  return {
    provide: PORTS,
    inject: Object.values(PORT_TOKENS),
    useFactory: (...ports: readonly unknown[]) =>
      Object.fromEntries(names.map((name, i) => [name, ports[i]])) as unknown as ErasurePorts,
  };
}

function runProviders(config: ErasureConfig) {
  return [
    {
      provide: ReapplyErasures,
      inject: [PORTS],
      useFactory: (ports: ErasurePorts) => new ReapplyErasures(ports),
    },
    {
      provide: RunErasures,
      inject: [PORTS],
      useFactory: (ports: ErasurePorts) => new RunErasures(ports, config),
    },
    {
      provide: ReadErasures,
      inject: [PORTS],
      useFactory: (ports: ErasurePorts) => new ReadErasures(ports, config),
    },
  ];
}

function requestProviders(config: ErasureConfig) {
  return [
    {
      provide: StartErasure,
      inject: [PORTS, ReadErasures, RunErasures],
      useFactory: (ports: ErasurePorts, erasures: ReadErasures, runs: RunErasures) =>
        new StartErasure({ ...ports, erasures, runs }, config),
    },
    {
      provide: EnrolUser,
      inject: [PORTS, ReadErasures],
      useFactory: (ports: ErasurePorts, erasures: ReadErasures) => new EnrolUser({ ...ports, erasures }, config),
    },
    {
      provide: LegalHolds,
      inject: [PORTS],
      useFactory: (ports: ErasurePorts) => new LegalHolds(ports, config),
    },
  ];
}
