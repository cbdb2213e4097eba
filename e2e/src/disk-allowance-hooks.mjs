const ENGINE = '@photostructure/sqlite';
const IN_ITS_PLACE = new URL('disk-allowance.mjs', import.meta.url).href;

/** Whoever imports the engine gets the module that stands in its place, which itself gets the engine. */
export async function resolve(specifier, context, next) {
  if (specifier !== ENGINE || context.parentURL === IN_ITS_PLACE) return next(specifier, context);
  return { url: IN_ITS_PLACE, shortCircuit: true };
}
