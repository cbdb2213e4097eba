import type { EventLog } from '@mneme/ports';
import type { ConsumerRunner } from '../consumer-runner.js';
import { part, type Part } from '../lifecycle.js';
import type { Logger } from '../logger.js';
import { ProgressWatchdog } from './progress-watchdog.js';

/** A consumer as a module provides it: under a token, with the name it is called by. */
export type NamedConsumer = readonly [name: string, token: symbol];

type Consumer = Pick<ConsumerRunner<unknown>, 'start' | 'stop'> & Partial<Pick<ConsumerRunner<unknown>, 'standing'>>;

interface Container {
  get(token: symbol, options: { readonly strict: false }): unknown;
}

/** The consumers in the order in which they start, and the watchdog over all of them. */
export function consumerParts(
  consumers: readonly NamedConsumer[],
  { app, log, logger }: { readonly app: Container; readonly log: EventLog; readonly logger: Logger },
): readonly Part[] {
  const runners = consumers.map(([name, token]) => [name, app.get(token, { strict: false }) as Consumer] as const);
  const watched = runners.flatMap(([, runner]) => (runner.standing === undefined ? [] : [() => runner.standing?.()]));
  return [
    ...runners.map(([name, runner]) => part(name, runner)),
    new ProgressWatchdog({ log, logger, standings: () => watched.flatMap((standing) => standing() ?? []) }),
  ];
}
