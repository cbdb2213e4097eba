import type {
  AgentId,
  CommandBounds,
  CommandPlace,
  CommandTarget,
  Importance,
  MemoryId,
  SourceClass,
  SourceId,
  SubjectId,
  TenantId,
  ToldProcedure,
} from '@mneme/events';

/** What is wished of one memory, or of all that came from one source. */
export type CommandWish =
  | {
      readonly action: 'record-procedure';
      readonly place: CommandPlace;
      readonly procedure: ToldProcedure;
    }
  /** A new version with this text; of a fact also, or only, with this object. */
  | {
      readonly action: 'correct';
      readonly target: CommandTarget;
      readonly text?: string | undefined;
      readonly object?: string | undefined;
    }
  /** Every version goes; `mergedInto` says where it lives on, `keepsDerived` that what was made of it stays. */
  | {
      readonly action: 'retract';
      readonly target: CommandTarget;
      readonly reason?: string | undefined;
      readonly mergedInto?: MemoryId | undefined;
      readonly keepsDerived?: boolean | undefined;
    }
  /** The same for each memory of a turn, within bounds when there are any; also for those still on their way. */
  | {
      readonly action: 'retract';
      readonly sourceId: SourceId;
      readonly bounds?: CommandBounds | undefined;
      readonly reason?: string | undefined;
    }
  /** It still holds: confidence, review and expiry as the policy gives them to who confirms, from now on. */
  | { readonly action: 'confirm'; readonly target: CommandTarget; readonly reason?: string | undefined }
  /** It ends at an instant (RFC 3339, UTC, milliseconds), or now; `AsOf` keeps it. */
  | {
      readonly action: 'expire';
      readonly target: CommandTarget;
      readonly expiresAt?: string | undefined;
      readonly reason?: string | undefined;
    }
  /** Sets what is given, and leaves the rest as it is: lower confidence, a review that was done, what is critical. */
  | {
      readonly action: 'reassess';
      readonly target: CommandTarget;
      readonly confidence?: number | undefined;
      readonly importance?: Importance | undefined;
      readonly reviewBy?: string | undefined;
      readonly expiresAt?: string | undefined;
      readonly reason?: string | undefined;
    }
  /**
   * The target's version once more, unchanged; refused when it is gone. `keepsDerived`: for projections that could not take
   * it; absent, the facts of an episode are made anew.
   */
  | { readonly action: 'republish'; readonly target: CommandTarget; readonly keepsDerived?: boolean | undefined };

/** A wish about a subject's memories, by who may have it: whoever makes one has checked that. */
export interface WishedCommand {
  readonly tenantId: TenantId;
  /** Whose memory it is: it need not be the user that asks. */
  readonly subjectId: SubjectId;
  readonly wish: CommandWish;
  /** `system` for maintenance. */
  readonly sourceClass: SourceClass;
  readonly agentId?: AgentId | undefined;
  /** The same key and wish give the same command, however often they are sent. */
  readonly idempotencyKey: string;
}
