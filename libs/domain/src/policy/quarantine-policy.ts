import type { SourceClass } from '@mneme/events';

/** Which turns are held back as likely poison. */
export interface QuarantinePolicy {
  readonly on: boolean;
  /** By the class of the source; a user's own words are looked at for hidden text alone. */
  readonly sources: Readonly<Record<SourceClass, boolean>>;
  /** How often one source may say the same in an hour, before more of it is held; null: as often as it likes. */
  readonly repeatsPerHourMax: number | null;
}

export const DEFAULT_QUARANTINE_POLICY: QuarantinePolicy = {
  on: true,
  // A system prompt is what the application itself says: it is dropped as boot text, and no attack.
  sources: { user: true, agent: true, tool: true, web: true, system: false },
  repeatsPerHourMax: 20,
};

export const QUARANTINE_ABOUT: Readonly<Record<string, string>> = {
  'quarantine.on': 'hold back turns that look like poison until somebody releases them',
  'quarantine.sources': 'whose turns are looked at, by the class of the source',
  'quarantine.repeatsPerHourMax':
    'how often one agent, tool or web source may say the same in an hour; more is held; null: without limit',
};
