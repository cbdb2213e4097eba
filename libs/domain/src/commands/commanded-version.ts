import type { CommandContent, CommandGiven, KnownProcedure, MemoryContent, MemoryDerived } from '@mneme/events';
import type { UnsealedMemory } from '../episode.js';
import { Corrupt } from '../errors.js';
import type { TenantPolicy } from '../policy.js';
import { runConfidenceOf } from '../procedures/run-confidence.js';
import { instantOf } from '../time.js';
import { confidenceOf, lifespanOf } from '../worth.js';

/** Flag of a memory whose text was corrected. */
export const CORRECTED = 'corrected';

export interface CommandContext {
  /** What the newest version says. */
  readonly content: MemoryContent;
  readonly command: CommandGiven;
  readonly commanded: CommandContent;
  readonly policy: TenantPolicy;
}

/**
 * The version of a memory that a command causes, whatever its kind; a fact's text is corrected elsewhere. What was said
 * and when stays as it was; the version is the command's instant, and every time is counted from there.
 */
export function commandedVersionOf(newest: MemoryDerived, context: CommandContext): UnsealedMemory {
  const { command, content } = context;
  const { sealed: _sealed, ...fields } = newest;
  return { ...fields, version: command.recordedAt, content, ...changesOf(newest, context) };
}

function changesOf(newest: MemoryDerived, context: CommandContext): Partial<UnsealedMemory> {
  const { command } = context;
  switch (command.action) {
    case 'correct':
      return correctionOf(newest, context);
    case 'confirm':
      return confirmationOf(newest, context);
    case 'expire':
      return { expiresAt: endOf(command) };
    case 'reassess':
      return { ...reviewOf(newest, context), ...givenOf(command) };
    case 'retract':
    case 'record-procedure':
    case 'republish':
      throw new Corrupt(`no version comes of the command "${command.action}"`, { field: 'action' });
  }
}

/** When a command to expire ends a memory. */
export function endOf({ expiresAt, recordedAt }: CommandGiven): string {
  return expiresAt ?? instantOf(Math.floor(recordedAt / 1_000));
}

// It is the word of who corrects from now on, and never worth more than what it was made of.
function correctionOf(newest: MemoryDerived, { command, commanded, content, policy }: CommandContext) {
  const { sourceClass, trust, recordedAt } = command;
  if (commanded.text === undefined) throw new Corrupt('a correction has no text', { field: 'text' });
  const flags = newest.flags.includes(CORRECTED) ? newest.flags : [...newest.flags, CORRECTED];
  return {
    flags,
    sourceClass,
    trust: Math.min(newest.trust, trust),
    confidence: confidenceOf(policy, { sourceClass }),
    reviewBy: undefined,
    expiresAt: undefined,
    ...lifespanOf(policy, { kind: newest.kind, sourceClass, recordedAt }),
    content: { ...content, text: commanded.text },
  };
}

function confirmationOf(newest: MemoryDerived, { command, content, policy }: CommandContext) {
  const { sourceClass, recordedAt } = command;
  const vouched = confidenceOf(policy, { sourceClass });
  return {
    confidence: Math.max(newest.confidence, vouched),
    ...(content.procedure === undefined ? {} : vouchedFor(content, content.procedure, vouched)),
    reviewBy: undefined,
    expiresAt: undefined,
    ...lifespanOf(policy, { kind: newest.kind, sourceClass, recordedAt }),
  };
}

/** The word of a person moves what a procedure was worth before any run; its runs still count. */
function vouchedFor(content: MemoryContent, before: KnownProcedure, vouched: number) {
  const procedure = { ...before, prior: Math.max(before.prior, vouched) };
  return { confidence: runConfidenceOf(procedure), content: { ...content, procedure } };
}

function givenOf({ confidence, importance, reviewBy, expiresAt }: CommandGiven) {
  return {
    ...(confidence === undefined ? {} : { confidence }),
    ...(importance === undefined ? {} : { importance }),
    ...(reviewBy === undefined ? {} : { reviewBy }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** What is critical has a review, from which it is verified; a fact that is so no longer holds until it is superseded. */
function reviewOf(
  { kind, sourceClass, reviewBy }: MemoryDerived,
  { command, policy }: CommandContext,
): Partial<UnsealedMemory> {
  const { importance, recordedAt } = command;
  if (importance === 'normal' && kind === 'fact') return { reviewBy: undefined };
  if (importance !== 'critical' || reviewBy !== undefined) return {};
  const { reviewBy: due } = lifespanOf(policy, { kind, sourceClass, recordedAt });
  return due === undefined ? {} : { reviewBy: due };
}
