const LONG_CHARS_MIN = 5;

/**
 * The form of a normalised name in which one of a kind and several are the same: "window seat" and "window seats". By the
 * ending of the last word alone, and for comparing, not for reading: "movies" and "movie" both become "movy".
 */
export function numberlessName(name: string): string {
  if (name.length < LONG_CHARS_MIN) return withoutS(name);
  if (/[a-z]ies?$/.test(name)) return name.replace(/ies?$/, 'y');
  if (/(?:ch|sh|ss|x|zz)es$/.test(name)) return name.slice(0, -2);
  return withoutS(name);
}

// "Glass", "bus", "tennis" and "gas" end in it by themselves.
function withoutS(name: string): string {
  return /[a-z][^\W_aiosu]s$/.test(name) || /[a-z]{2}[ao]s$/.test(name) ? name.slice(0, -1) : name;
}
