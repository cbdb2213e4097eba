/** One line of a body, without its end; empty ones are left out and counted. */
export interface RequestLine {
  /** From 1. */
  readonly number: number;
  /** Absent when the line is longer than the limit. */
  readonly bytes?: Uint8Array;
  /** How long it is. */
  readonly length: number;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Splits a body into lines. Holds one line at most, and of one that is too long nothing. */
export async function* requestLines(
  body: AsyncIterable<Uint8Array>,
  { lineBytesMax }: { readonly lineBytesMax: number },
): AsyncGenerator<RequestLine> {
  const open = new OpenLine(lineBytesMax);
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      open.add(chunk.subarray(start, end));
      start = end + 1;
      const line = open.end();
      if (line !== undefined) yield line;
    }
    open.add(chunk.subarray(start));
  }
  // The last line need not end.
  const line = open.end();
  if (line !== undefined) yield line;
}

class OpenLine {
  private parts: Uint8Array[] = [];
  private length = 0;
  private number = 0;

  constructor(private readonly bytesMax: number) {}

  add(part: Uint8Array): void {
    if (part.length === 0) return;
    this.length += part.length;
    // One byte more than the limit may be the return of a line that ends in both.
    if (this.length > this.bytesMax + 1) this.parts = [];
    else this.parts.push(part);
  }

  end(): RequestLine | undefined {
    this.number += 1;
    const { number, length } = this;
    const bytes = withoutReturn(this.parts.length === 1 ? (this.parts[0] as Uint8Array) : Buffer.concat(this.parts));
    this.parts = [];
    this.length = 0;
    if (length > this.bytesMax + 1 || bytes.length > this.bytesMax) return { number, length };
    return bytes.length === 0 ? undefined : { number, length, bytes };
  }
}

function withoutReturn(bytes: Uint8Array): Uint8Array {
  return bytes.at(-1) === RETURN ? bytes.subarray(0, -1) : bytes;
}
