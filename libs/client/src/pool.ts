/**
 * Runs `work` over the items, at most `concurrency` at a time, in order of arrival. The first failure stops the taking
 * of further items and is thrown once the running ones have ended.
 */
export async function forEachOf<T>(
  items: Iterable<T>,
  options: { readonly concurrency: number; readonly signal?: AbortSignal | undefined },
  work: (item: T, worker: number) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const run = async (worker: number) => {
    while (failure === undefined) {
      try {
        options.signal?.throwIfAborted();
        const next = iterator.next();
        if (next.done === true) return;
        await work(next.value, worker);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, (_, worker) => run(worker)));
  if (failure !== undefined) throw failure.error;
}
