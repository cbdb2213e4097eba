/** What goes to a model server besides the body; anything else, such as what the environment adds, stays here. */
const HEADERS_SENT = ['accept', 'authorization', 'content-type'];

/**
 * A fetch that reads at most `answerBytesMax` of an answer and follows no redirect: text and key go to the configured
 * server and to no other.
 */
export function boundedFetch(answerBytesMax: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, headers: onlySent(new Headers(init?.headers)), redirect: 'error' });
    if (response.body === null) return response;
    const body = response.body.pipeThrough(bounded(answerBytesMax));
    const { status, statusText, headers } = response;
    return new Response(body, { status, statusText, headers });
  };
}

/** Ends a stream that goes on after so many bytes with an error. */
function bounded(bytesMax: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform: (part, controller) => {
      bytes += part.byteLength;
      if (bytes > bytesMax) throw new AnswerTooLong();
      controller.enqueue(part);
    },
  });
}

export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

function onlySent(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => HEADERS_SENT.includes(name)));
}
