/** The API key of this tab. It comes by the form or by `#key=…`, and lies in sessionStorage only. */

const NAME = "router.key";

/** Take a key out of the address, which the fragment never leaves, and clean the address at once. */
export function takeKey() {
  const found = /(?:^#|&)key=([^&]+)/.exec(location.hash);
  if (!found) return false;
  history.replaceState(null, "", location.pathname + location.search);
  keep(decoded(found[1]));
  return true;
}

/** Give the key, or null. */
export function key() {
  return sessionStorage.getItem(NAME);
}

/** Keep a key until the tab closes. */
export function keep(secret) {
  sessionStorage.setItem(NAME, secret.trim());
}

/** Forget the key. */
export function forget() {
  sessionStorage.removeItem(NAME);
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
