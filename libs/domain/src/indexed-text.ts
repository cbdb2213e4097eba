import type { MemoryContent } from '@mneme/events';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/**
 * What is embedded and split into terms: `[8 May 2023] Speaker: text`, the day as the speaker's clock showed it. The
 * date and the name let questions about when and who find their turn. Version 1: the version is part of the input hash.
 */
export function indexedTextOf(content: MemoryContent, occurredAt: string): string {
  const local = new Date(Date.parse(occurredAt) + offsetMsOf(content.zone));
  const day = `[${local.getUTCDate()} ${MONTHS[local.getUTCMonth()] ?? ''} ${local.getUTCFullYear()}]`;
  // A procedure is looked for by its task: its steps would only blur that.
  const text = content.procedure?.task ?? content.text;
  return content.speakerName === undefined ? `${day} ${text}` : `${day} ${content.speakerName}: ${text}`;
}

function offsetMsOf(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):(\d{2})$/.exec(zone ?? '');
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}
