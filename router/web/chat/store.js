/** What a browser keeps of a visit. A frame of another site may have no storage: then it lasts as long as the page. */

const memory = new Map();

/** Give what was kept under a name, or null. `area`: localStorage or sessionStorage, by name. */
export function kept(area, name) {
  try {
    return JSON.parse(window[area].getItem(name) ?? "null");
  } catch {
    return memory.get(name) ?? null;
  }
}

/** Keep a value under a name; null takes it away. */
export function keep(area, name, value) {
  memory.set(name, value);
  try {
    if (value === null) window[area].removeItem(name);
    else window[area].setItem(name, JSON.stringify(value));
  } catch {
    // the memory of this page has it
  }
}
