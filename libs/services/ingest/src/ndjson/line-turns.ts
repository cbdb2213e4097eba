import { InvalidInput, isMemoryError, LimitExceeded, type Principal } from '@mneme/domain';
import type { CallErrors } from '@mneme/platform';
import type { AcceptTurns } from '../accept-turns.js';
import type { Begun } from '../answer-line.js';
import type { PreparedRequest } from '../prepared-request.js';
import type { LineAnswer } from './line-answers.js';
import type { RequestLine } from './request-lines.js';

export interface LineTurnsOptions {
  /** Names the turns that do not name themselves, with the number of their line. */
  readonly key: string;
  readonly limits: { readonly lineBytesMax: number };
}

interface NumberedTurn {
  readonly number: number;
  readonly turn: object;
}

/** Takes the lines of a chunk as one request; what is wrong with one of them costs that line alone. */
export class LineTurns {
  private readonly utf8 = new TextDecoder('utf-8', { fatal: true });

  constructor(
    private readonly ports: { readonly acceptTurns: AcceptTurns; readonly errors: CallErrors },
    private readonly options: LineTurnsOptions,
  ) {}

  /** Resolves once the chunk has its place in the order of writes. */
  async begin(principal: Principal, lines: readonly RequestLine[]): Promise<Begun<readonly LineAnswer[]>> {
    const { good, refused } = sorted(lines, (line) => this.turnOf(line));
    const chunk = await this.prepare(principal, good);
    const answers = [...refused, ...chunk.refused].map((one) => this.refusal(one));
    const { request, turns } = chunk;
    if (request === undefined) return { answer: Promise.resolve(answers) };
    const numbers = turns.map(({ number }) => number);
    const answer = this.ports.acceptTurns.commit(request).then(
      (accepted): LineAnswer => ({ lines: numbers, accepted }),
      (error: unknown) => this.refusal({ numbers, error }),
    );
    return { answer: answer.then((last) => [...answers, last]) };
  }

  /** All at once; only when one of them is refused, one by one to find all that are. */
  private async prepare(principal: Principal, turns: readonly NumberedTurn[]): Promise<Prepared> {
    if (turns.length === 0) return { turns, refused: [] };
    try {
      return { request: await this.requestOf(principal, turns), turns, refused: [] };
    } catch (error) {
      if (!isMemoryError(error) || error.detail.index === undefined) return allRefused(turns, error);
    }
    const good: NumberedTurn[] = [];
    const refused: Refused[] = [];
    for (const one of turns) {
      try {
        await this.requestOf(principal, [one]);
        good.push(one);
      } catch (error) {
        refused.push({ numbers: [one.number], error });
      }
    }
    if (good.length === 0) return { turns: good, refused };
    try {
      return { request: await this.requestOf(principal, good), turns: good, refused };
    } catch (error) {
      return { turns: [], refused: [...refused, ...allRefused(good, error).refused] };
    }
  }

  private requestOf(principal: Principal, turns: readonly NumberedTurn[]): Promise<PreparedRequest> {
    return this.ports.acceptTurns.prepare(principal, { turns: turns.map(({ turn }) => turn) });
  }

  private turnOf({ number, bytes, length }: RequestLine): NumberedTurn {
    if (bytes === undefined) {
      const limit = `lineBytesMax=${this.options.limits.lineBytesMax}`;
      throw new LimitExceeded('a line is longer than the limit', { limit, sent: `${length} bytes` });
    }
    const turn = this.parsed(bytes);
    if (typeof turn !== 'object' || turn === null || Array.isArray(turn)) {
      throw new InvalidInput('each line is one turn, as a JSON object');
    }
    const named = 'idempotencyKey' in turn ? turn : { ...turn, idempotencyKey: `${this.options.key}/${number}` };
    return { number, turn: named };
  }

  private parsed(bytes: Uint8Array): unknown {
    try {
      return JSON.parse(this.utf8.decode(bytes));
    } catch {
      throw new InvalidInput('this line is not JSON in valid UTF-8', { sent: `${bytes.length} bytes` });
    }
  }

  /** The field is that of the line: a turn by itself is the only one of its request. */
  private refusal({ numbers, error }: Refused): LineAnswer {
    const { index: _index, field, ...refused } = this.ports.errors.refusalOf(error);
    const within = field?.replace(/^turns\[0\]\.?/, '') ?? '';
    return { lines: [...numbers], refused: { ...refused, ...(within === '' ? {} : { field: within }) } };
  }
}

interface Refused {
  readonly numbers: readonly number[];
  readonly error: unknown;
}

interface Prepared {
  /** Absent when no line is left. */
  readonly request?: PreparedRequest;
  readonly turns: readonly NumberedTurn[];
  readonly refused: readonly Refused[];
}

function allRefused(turns: readonly NumberedTurn[], error: unknown): Prepared {
  return { turns: [], refused: [{ numbers: turns.map(({ number }) => number), error }] };
}

function sorted(lines: readonly RequestLine[], turnOf: (line: RequestLine) => NumberedTurn) {
  const good: NumberedTurn[] = [];
  const refused: Refused[] = [];
  for (const line of lines) {
    try {
      good.push(turnOf(line));
    } catch (error) {
      refused.push({ numbers: [line.number], error });
    }
  }
  return { good, refused };
}
