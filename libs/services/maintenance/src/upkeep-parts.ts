import { type Part, part } from '@mneme/platform';
import { RunAudits } from './audits/run-audits.js';
import { EndIdleSessions } from './end-idle-sessions.js';
import { Housekeeping } from './housekeeping.js';
import { VerifyCritical } from './webhook/verify-critical.js';

interface Container {
  get<T>(type: abstract new (...given: never[]) => T, options: { readonly strict: false }): T;
}

/** What keeps memories true beside the requests, to be started and stopped with the process. */
export function upkeepParts(app: Container): readonly Part[] {
  return [
    part('housekeeping', app.get(Housekeeping, { strict: false })),
    part('idle-sessions', app.get(EndIdleSessions, { strict: false })),
    part('audits', app.get(RunAudits, { strict: false })),
    part('verification', app.get(VerifyCritical, { strict: false })),
  ];
}
