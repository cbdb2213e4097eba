import type { Provider } from '@nestjs/common';
import {
  type Catalogue,
  CATALOGUE,
  type Clock,
  CLOCK,
  CONTROL_STORE,
  type ControlStore,
  type ErasableStore,
  ORGANISATION_STORE,
  type OrganisationStore,
  SESSION_STORE,
  type SessionStore,
} from '@mneme/ports';
import { AuthGuard, EndSessions, Keyring } from '@mneme/platform';
import { MemoryOpener } from '../memory-view.js';
import type { RetrievalConfig } from '../retrieval.config.js';
import { EndSession } from './end-session.js';
import { HandOffSession } from './hand-off-session.js';
import { KeepStates } from './keep-states.js';
import { ResumeSession } from './resume-session.js';

type Shared = [AuthGuard, Keyring, SessionStore & ErasableStore, Clock];
const SHARED = [AuthGuard, Keyring, SESSION_STORE, CLOCK];

/** What `SessionsController` asks for. */
export function sessionProviders({ limits }: RetrievalConfig): Provider[] {
  return [
    {
      provide: KeepStates,
      inject: SHARED,
      useFactory: (...shared: Shared) => new KeepStates(named(shared), limits),
    },
    {
      provide: HandOffSession,
      inject: [CONTROL_STORE, ORGANISATION_STORE, ...SHARED],
      useFactory: (controlStore: ControlStore, organisationStore: OrganisationStore, ...shared: Shared) =>
        new HandOffSession({ controlStore, organisationStore, ...named(shared) }, limits),
    },
    {
      provide: ResumeSession,
      inject: [CATALOGUE, MemoryOpener, ...SHARED],
      useFactory: (catalogue: Catalogue, opener: MemoryOpener, ...shared: Shared) =>
        new ResumeSession({ catalogue, opener, ...named(shared) }, limits),
    },
    {
      provide: EndSession,
      inject: [AuthGuard, Keyring, EndSessions],
      useFactory: (guard: AuthGuard, keyring: Keyring, endSessions: EndSessions) =>
        new EndSession({ guard, keyring, endSessions }, limits),
    },
  ];
}

function named([guard, keyring, sessionStore, clock]: Shared) {
  return { guard, keyring, sessionStore, clock };
}
