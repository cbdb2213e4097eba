import { setMaxListeners } from 'node:events';
import type { Channel, ChannelCredentials } from '@grpc/grpc-js';
import {
  AdminClient,
  CommandsClient,
  ErasureClient,
  IngestClient,
  OrganisationClient,
  type IngestTurnsRequest,
  OperationsClient,
  QuarantineClient,
  MaintenanceClient,
  type RecallRequest,
  RetrievalClient,
  SessionsClient,
} from '@mneme/proto';
import { type CallContext, type CallLimits, metadataOf, readStream, unary } from './calls.js';
import { type AppName, Channels, type Place } from './place.js';
import { streamTurns, type StreamOptions } from './stream-turns.js';

export interface ConnectOptions extends Place {
  /** `mneme_<keyId>_<secret>`, sent as a bearer credential with every call. */
  readonly apiKey?: string;
  /** How long a call may take when it says nothing else, in milliseconds. */
  readonly timeoutMs?: number;
  /** Ends every call that brings no signal of its own, when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** A typed client of a running service; every call rejects with a `MemoryError`. */
export type Connection = ReturnType<typeof connect>;

const TIMEOUT_MS = 30_000;
/** Long work on the whole log: digests and replays. */
const LONG_WORK_TIMEOUT_MS = 6 * 3_600_000;

/** Opens lazily: a service that is not there is noticed by the first call. */
export function connect(options: ConnectOptions) {
  const { address, services, tls, apiKey, signal } = options;
  const channels = new Channels(options);
  // Every call in flight listens to it, and more than ten of those are no leak.
  if (signal !== undefined) setMaxListeners(0, signal);
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const openFor = <C>(Client: ClientClass<C>, app: AppName) => {
    const at = channels.addressOf(app);
    const context: CallContext = { address: at, timeoutMs, apiKey, signal };
    const client = new Client(at, channels.credentials, { channelOverride: channels.to(at) });
    return { client, context, longWork: { ...context, timeoutMs: Math.max(timeoutMs, LONG_WORK_TIMEOUT_MS) } };
  };
  const admin = openFor(AdminClient, 'maintenance');
  const maintenance = openFor(MaintenanceClient, 'maintenance');
  return {
    address,
    /** What it was opened with, for another connection to the same place. */
    place: { address, services, tls },
    ingest: callsOf(openFor(IngestClient, 'ingest'), ingestCalls),
    commands: callsOf(openFor(CommandsClient, 'ingest'), commandCalls),
    retrieval: callsOf(openFor(RetrievalClient, 'retrieval'), retrievalCalls),
    sessions: callsOf(openFor(SessionsClient, 'retrieval'), sessionsCalls),
    erasure: callsOf(openFor(ErasureClient, 'erasure'), erasureCalls),
    admin: adminCalls(admin.client, admin),
    organisation: callsOf(openFor(OrganisationClient, 'maintenance'), organisationCalls),
    operations: callsOf(openFor(OperationsClient, 'maintenance'), operationsCalls),
    quarantine: callsOf(openFor(QuarantineClient, 'maintenance'), quarantineCalls),
    maintenance: maintenanceCalls(maintenance.client, maintenance),
    close: () => channels.close(),
  };
}

type ClientClass<C> = new (
  address: string,
  credentials: ChannelCredentials,
  options: { readonly channelOverride: Channel },
) => C;

function callsOf<C, A>(
  { client, context }: { readonly client: C; readonly context: CallContext },
  calls: (client: C, context: CallContext) => A,
): A {
  return calls(client, context);
}

function ingestCalls(client: IngestClient, context: CallContext) {
  return {
    /** At most 1,000 turns, all or none; resolves once they are durable. */
    ingestTurns: unary(client.ingestTurns.bind(client), context),
    /** One answer a chunk, in order; a refused chunk is an answer, not an error. */
    streamTurns: (
      chunks: AsyncIterable<IngestTurnsRequest> | Iterable<IngestTurnsRequest>,
      options: StreamOptions = {},
    ) => streamTurns(client.streamTurns(metadataOf(context)), chunks, { ...context, ...options }),
  };
}

function commandCalls(client: CommandsClient, context: CallContext) {
  return {
    /** Each resolves once the command is durable; a read that waits for its token sees what it did. */
    recordProcedure: unary(client.recordProcedure.bind(client), context),
    retract: unary(client.retract.bind(client), context),
    setImportance: unary(client.setImportance.bind(client), context),
    correct: unary(client.correct.bind(client), context),
    confirm: unary(client.confirm.bind(client), context),
    expire: unary(client.expire.bind(client), context),
  };
}

function retrievalCalls(client: RetrievalClient, context: CallContext) {
  const recall = unary(client.recall.bind(client), context);
  const listMemories = unary(client.listMemories.bind(client), context);
  const traverse = unary(client.traverse.bind(client), context);
  const asOf = unary(client.asOf.bind(client), context);
  const initSession = unary(client.initSession.bind(client), context);
  const buildContext = unary(client.buildContext.bind(client), context);
  return {
    /** A request that waits for its own writes gets that much more time. */
    recall: (request: RecallRequest, limits: CallLimits = {}) => recall(request, withWait(request, limits, context)),
    getMemory: unary(client.getMemory.bind(client), context),
    listMemories: (request: Parameters<typeof listMemories>[0], limits: CallLimits = {}) =>
      listMemories(request, withWait(request, limits, context)),
    getSession: unary(client.getSession.bind(client), context),
    traverse: (request: Parameters<typeof traverse>[0], limits: CallLimits = {}) =>
      traverse(request, withWait(request, limits, context)),
    asOf: (request: Parameters<typeof asOf>[0], limits: CallLimits = {}) =>
      asOf(request, withWait(request, limits, context)),
    initSession: (request: Parameters<typeof initSession>[0], limits: CallLimits = {}) =>
      initSession(request, withWait(request, limits, context)),
    buildContext: (request: Parameters<typeof buildContext>[0], limits: CallLimits = {}) =>
      buildContext(request, withWait(request, limits, context)),
  };
}

function sessionsCalls(client: SessionsClient, context: CallContext) {
  return {
    setTaskState: unary(client.setTaskState.bind(client), context),
    getTaskState: unary(client.getTaskState.bind(client), context),
    /** Of the calling agent alone. */
    setWorkingState: unary(client.setWorkingState.bind(client), context),
    getWorkingState: unary(client.getWorkingState.bind(client), context),
    handOff: unary(client.handOff.bind(client), context),
    resume: unary(client.resume.bind(client), context),
    endSession: unary(client.endSession.bind(client), context),
  };
}

function erasureCalls(client: ErasureClient, context: CallContext) {
  return {
    /** Resolves once the request is journaled; the steps follow. */
    eraseUser: unary(client.eraseUser.bind(client), context),
    getErasure: unary(client.getErasure.bind(client), context),
    listErasures: unary(client.listErasures.bind(client), context),
    enrolUser: unary(client.enrolUser.bind(client), context),
    setLegalHold: unary(client.setLegalHold.bind(client), context),
  };
}

function adminCalls(client: AdminClient, contexts: { readonly context: CallContext; readonly longWork: CallContext }) {
  const { context, longWork } = contexts;
  return {
    createTenant: unary(client.createTenant.bind(client), context),
    listTenants: unary(client.listTenants.bind(client), context),
    createKey: unary(client.createKey.bind(client), context),
    listKeys: unary(client.listKeys.bind(client), context),
    revokeKey: unary(client.revokeKey.bind(client), context),
    setKeyRights: unary(client.setKeyRights.bind(client), context),
    createOperatorKey: unary(client.createOperatorKey.bind(client), context),
    listOperatorKeys: unary(client.listOperatorKeys.bind(client), context),
    revokeOperatorKey: unary(client.revokeOperatorKey.bind(client), context),
    allowIssuer: unary(client.allowIssuer.bind(client), context),
    listIssuers: unary(client.listIssuers.bind(client), context),
    removeIssuer: unary(client.removeIssuer.bind(client), context),
    getPolicy: unary(client.getPolicy.bind(client), context),
    explainPolicy: unary(client.explainPolicy.bind(client), context),
    setPolicy: unary(client.setPolicy.bind(client), context),
    getStatus: unary(client.getStatus.bind(client), context),
    digest: unary(client.digest.bind(client), longWork),
    /** Progress as it goes; the last message holds the result. */
    replay: readStream(client.replay.bind(client), longWork),
    /** As `replay`. */
    rollBack: readStream(client.rollBack.bind(client), longWork),
    dropPrevious: unary(client.dropPrevious.bind(client), longWork),
  };
}

function organisationCalls(client: OrganisationClient, context: CallContext) {
  return {
    createDepartment: unary(client.createDepartment.bind(client), context),
    listDepartments: unary(client.listDepartments.bind(client), context),
    removeDepartment: unary(client.removeDepartment.bind(client), context),
    createTeam: unary(client.createTeam.bind(client), context),
    listTeams: unary(client.listTeams.bind(client), context),
    removeTeam: unary(client.removeTeam.bind(client), context),
    createAgent: unary(client.createAgent.bind(client), context),
    listAgents: unary(client.listAgents.bind(client), context),
    moveAgent: unary(client.moveAgent.bind(client), context),
    joinTeam: unary(client.joinTeam.bind(client), context),
    leaveTeam: unary(client.leaveTeam.bind(client), context),
    removeAgent: unary(client.removeAgent.bind(client), context),
    createGrant: unary(client.createGrant.bind(client), context),
    listGrants: unary(client.listGrants.bind(client), context),
    removeGrant: unary(client.removeGrant.bind(client), context),
  };
}

function operationsCalls(client: OperationsClient, context: CallContext) {
  return {
    listTopics: unary(client.listTopics.bind(client), context),
    getLag: unary(client.getLag.bind(client), context),
    listDeadLetters: unary(client.listDeadLetters.bind(client), context),
    redriveDeadLetters: unary(client.redriveDeadLetters.bind(client), context),
  };
}

function quarantineCalls(client: QuarantineClient, context: CallContext) {
  return {
    listQuarantine: unary(client.listQuarantine.bind(client), context),
    releaseTurn: unary(client.releaseTurn.bind(client), context),
    rejectTurn: unary(client.rejectTurn.bind(client), context),
  };
}

function maintenanceCalls(
  client: MaintenanceClient,
  contexts: { readonly context: CallContext; readonly longWork: CallContext },
) {
  const { context, longWork } = contexts;
  return {
    startAudit: unary(client.startAudit.bind(client), context),
    runAudit: unary(client.runAudit.bind(client), context),
    stopAudit: unary(client.stopAudit.bind(client), context),
    getAudit: unary(client.getAudit.bind(client), context),
    listAudits: unary(client.listAudits.bind(client), context),
    listAuditFindings: unary(client.listAuditFindings.bind(client), longWork),
    listDueReviews: unary(client.listDueReviews.bind(client), context),
    getJunk: unary(client.getJunk.bind(client), longWork),
    setWebhook: unary(client.setWebhook.bind(client), context),
    rotateWebhookKey: unary(client.rotateWebhookKey.bind(client), context),
    getWebhook: unary(client.getWebhook.bind(client), context),
    removeWebhook: unary(client.removeWebhook.bind(client), context),
    diagnose: unary(client.diagnose.bind(client), context),
  };
}

function withWait(request: Pick<RecallRequest, 'waitFor'>, limits: CallLimits, context: CallContext): CallLimits {
  if (request.waitFor === undefined) return limits;
  return { ...limits, timeoutMs: (limits.timeoutMs ?? context.timeoutMs) + (request.waitFor.timeoutMs ?? 0) };
}
