/** A chat request as far as a handler needs it. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  /** Name of the JSON schema that the answer must have. */
  readonly schemaName: string;
  readonly tokensMax: number;
}

/** The content of a good answer, as a value that becomes JSON; or a whole choice, with a reason to finish of its own. */
export type ChatHandler = (request: ChatRequest) => unknown;

const TOKEN_CHARS = 4;

/** A completion whose content is what the handler says, with a usage that is near enough. */
export function chatAnswerOf(
  body: Readonly<Record<string, unknown>>,
  handler: ChatHandler = () => ({}),
): { readonly status: number; readonly body: string } {
  const request = requestOf(body);
  const content = JSON.stringify(handler(request));
  const prompt = Math.ceil(request.messages.map((message) => message.content).join('').length / TOKEN_CHARS);
  return { status: 200, body: chatBodyOf({ content }, 'stop', prompt) };
}

/** The body of a completion with one choice: for scripted replies. */
export function chatBodyOf(
  message: { readonly content?: string | null; readonly refusal?: string },
  finishReason = 'stop',
  promptTokens = 10,
): string {
  const completion = Math.ceil((message.content ?? '').length / TOKEN_CHARS);
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model: 'stub',
    choices: [{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason: finishReason }],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completion,
      total_tokens: promptTokens + completion,
    },
  });
}

function requestOf(body: Readonly<Record<string, unknown>>): ChatRequest {
  const format = body['response_format'] as { readonly json_schema?: { readonly name?: string } } | undefined;
  return {
    model: String(body['model']),
    messages: body['messages'] as ChatRequest['messages'],
    schemaName: format?.json_schema?.name ?? '',
    tokensMax: Number(body['max_completion_tokens']),
  };
}
