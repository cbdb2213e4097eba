import { connect, startOwnService } from '@mneme/client';
import { fileURLToPath } from 'node:url';
import { BOOKER, HAND_OFF, PLANNER, QUESTIONS, SESSIONS, TEAM, USER } from './conversation.mjs';
import { replayTokens, tokensOf, usd, USD_A_MILLION_TOKENS } from './costs.mjs';
import { line, short, table, title } from './show.mjs';

const MAIN = fileURLToPath(new URL('../../apps/standalone/dist/main.js', import.meta.url));
const TENANT = 'travel-agency';
const RIGHTS = ['ingest', 'recall', 'on-behalf-of', 'publish', 'admin'];
const WAIT_MS_MAX = 20_000;

/** Starts a service of its own in a temporary directory, lets two agents talk with one person, and removes it. */
async function demo() {
  const startedMs = performance.now();
  title('A service of its own, in a temporary directory');
  const service = await startOwnService({ mainFile: MAIN, environment: process.env });
  line(`  gRPC ${service.address}; data in ${service.dataDirectory}`);
  const operator = connect({ address: service.address, apiKey: service.operatorKey });
  const connections = [operator];
  try {
    await operator.admin.createTenant({ tenantId: TENANT });
    const agents = {};
    for (const agentId of [PLANNER, BOOKER]) {
      const { secret } = await operator.admin.createKey({ tenantId: TENANT, agentId, teamIds: [TEAM], rights: RIGHTS });
      agents[agentId] = connect({ address: service.address, apiKey: secret });
      connections.push(agents[agentId]);
    }
    line(`  tenant ${TENANT}, agents ${PLANNER} and ${BOOKER} in team ${TEAM}, user ${USER}`);
    await conversations(agents);
    await compared(agents[PLANNER]);
  } finally {
    for (const connection of connections) connection.close();
    await service.stop();
  }
  line(`\nDone in ${((performance.now() - startedMs) / 1_000).toFixed(0)} s; the service and its data are gone.`);
}

async function conversations(agents) {
  const said = [];
  const costs = [['By the end of', 'full replay', 'price', 'with Mneme', 'price', 'saved']];
  for (const session of SESSIONS) {
    title(session.title);
    const agent = agents[session.agent];
    if (session.agent === BOOKER) await handOff(agents);
    const token = await say(agent, session);
    said.push(...session.turns);
    await profile(agent, session);
    const [, question] = QUESTIONS.find(([name]) => name === session.name);
    const context = await contextFor(agent, { question, session, token });
    const replay = replayTokens(said);
    costs.push([
      session.name,
      `${replay} tokens`,
      usd(replay),
      `${context} tokens`,
      usd(context),
      `${Math.round(100 * (1 - context / replay))} %`,
    ]);
  }
  await history(agents[PLANNER]);
  title(`What a context costs against sending everything again (${USD_A_MILLION_TOKENS} USD a million tokens)`);
  table(costs);
  line('  The replay grows with every word that was ever said; the context stays within its budget.');
}

/** Streams the turns in, and waits until they can be found. */
async function say(agent, { name, day, turns }) {
  const at = (i) => `${day}T09:${String(i).padStart(2, '0')}:00Z`;
  const given = turns.map((turn, i) => ({ toolCalls: [], ...turn, userId: USER, session: name, occurredAt: at(i) }));
  const { token } = await agent.ingest.ingestTurns({ turns: given, idempotencyKey: name });
  const waitFor = { token, timeoutMs: WAIT_MS_MAX };
  const { memories } = await agent.retrieval.listMemories({ userId: USER, filters: [], waitFor, pageSize: 200 });
  const kept = memories.filter((memory) => memory.session === name && memory.kind === 'episode');
  line(`  ${turns.length} turns said, ${kept.length} kept:`);
  for (const memory of kept.reverse()) line(`    [${memory.flags.join(', ') || 'kept'}] ${short(memory.text, 72)}`);
  return token;
}

async function profile(agent, { name }) {
  const known = await agent.retrieval.initSession({ userId: USER, session: name });
  line('  What an agent knows before the first question:');
  for (const part of ['about', 'preferences', 'projects', 'constraints']) {
    const facts = known[part].map((fact) => `${fact.predicate} ${fact.object?.name ?? ''}`);
    if (facts.length > 0) line(`    ${part.padEnd(12)} ${short(facts.join('; '), 80)}`);
  }
}

/** With BuildContext where the service has it, else the profile, the best memories and the open session side by side. */
async function contextFor(agent, { question, session, token }) {
  line(`  Asked: ${question}`);
  const waitFor = { token, timeoutMs: WAIT_MS_MAX };
  if (agent.retrieval.buildContext !== undefined) {
    const request = { userId: USER, session: session.name, question, filters: [], waitFor, budgetTokens: 800 };
    const { text, cost, items } = await agent.retrieval.buildContext(request);
    for (const shown of text
      .split('\n')
      .filter((one) => one.startsWith('{'))
      .slice(0, 4))
      line(`    ${short(shown)}`);
    line(`    … ${items.length} items in ${cost?.tokens} tokens`);
    return cost?.tokens ?? tokensOf(text);
  }
  const { hits } = await agent.retrieval.recall({ userId: USER, question, filters: [], waitFor, limit: 5 });
  for (const { memory, similarity } of hits) line(`    ${similarity.toFixed(2)}  ${short(memory.text, 76)}`);
  const known = await agent.retrieval.initSession({ userId: USER, session: session.name, turns: 3 });
  const facts = ['about', 'preferences', 'projects', 'constraints'].flatMap((part) => known[part]);
  const texts = [...hits, ...facts].map(({ memory }) => memory?.text ?? '');
  const turns = known.turns.filter(({ role }) => role !== 'tool').map(({ content }) => content);
  return tokensOf([...new Set([...texts, ...turns])].join('\n'));
}

/** One call where the service has sessions; else a note that the team can recall. */
async function handOff(agents) {
  const [from, to] = [agents[PLANNER], agents[BOOKER]];
  const session = SESSIONS[1].name;
  if (from.sessions !== undefined) {
    const { resumeToken } = await from.sessions.handOff({
      session,
      userId: USER,
      toAgent: BOOKER,
      note: HAND_OFF.note,
      stateJson: JSON.stringify(HAND_OFF.state),
    });
    const resumed = await to.sessions.resume({ resumeToken });
    line(`  The ${BOOKER} resumes with one call: ${resumed.turns.length} turns, the task and a note:`);
    line(`    ${short(resumed.handOff?.note ?? '')}`);
    line(`    task ${short(resumed.task?.stateJson ?? '')}`);
    return;
  }
  const turn = { session, role: 'assistant', content: `We decided: ${HAND_OFF.note}`, toolCalls: [] };
  const { token } = await from.ingest.ingestTurns({ turns: [{ ...turn, scope: 'team', teamId: TEAM }] });
  const waitFor = { token, timeoutMs: WAIT_MS_MAX };
  const { hits } = await to.retrieval.recall({
    question: 'What is to be booked for Maya?',
    filters: [],
    waitFor,
    limit: 1,
  });
  line(`  The ${PLANNER} leaves a note in team scope; the ${BOOKER} finds it:`);
  for (const { memory } of hits) line(`    ${short(memory.text)}`);
}

/** The past is not overwritten: what held then can still be asked. */
async function history(agent) {
  title('What held when');
  for (const [when, validAt] of [
    ['on 5 March', '2026-03-05T00:00:00Z'],
    ['today', undefined],
  ]) {
    const request = { userId: USER, entities: [], predicates: ['lives_in', 'prefers'] };
    const { facts } = await agent.retrieval.asOf({ ...request, ...(validAt === undefined ? {} : { validAt }) });
    line(
      `  ${when.padEnd(12)} ${facts.map(({ predicate, object }) => `${predicate} ${object?.name ?? ''}`).join('; ')}`,
    );
  }
}

async function compared(agent) {
  title('Do the stores hold what the log says?');
  const { equal, stores } = await agent.admin.digest({});
  table([
    ['store', 'records', 'sum'],
    ...stores.map((one) => [one.store, one.storeRecords, one.storeSum.slice(0, 16)]),
  ]);
  line(equal ? '  Equal: each can be thrown away and made again from the log.' : '  Different.');
}

await demo();
