import { bytes, count, table } from '../format.js';
import { does, leaf, type Shelf } from '../leaf.js';

export function addStatus(shelf: Shelf): void {
  const command = leaf(shelf, 'status').description('how the service is doing (operator key)');
  does(shelf, command, async (invocation) => {
    const status = await invocation.connect('operator').admin.getStatus({});
    const lags = status.lags.map((lag) => [`${lag.group} ← ${lag.topic}`, `${count(lag.recordsBehind)} behind`]);
    const counters = status.counters.map(({ name, value }) => [name, count(value)]);
    const rows = [
      ['version', status.version],
      ['up', `${count(status.uptimeS)} s`],
      ['memory', bytes(status.rssBytes)],
      ...(status.diskBytes > 0 ? [['disk', bytes(status.diskBytes)]] : []),
      ['data', status.dataDirectory],
      ['embedding', status.embeddingModels.join(', ')],
      ...lags,
      ...counters,
    ];
    return { json: status, lines: table(['', ''], rows) };
  });
}
