/** Calls of the router's API with the key of this tab. */

import { key } from "./session.js";

/** A refusal (RFC 9457): its HTTP status, stable code and words. Status 0: no answer at all. */
export class Problem extends Error {
  constructor(status, code, words) {
    super(words);
    this.status = status;
    this.code = code;
  }
}

/** Send a request; Problem unless it succeeds. */
export async function call(path, options = {}) {
  const headers = { Authorization: `Bearer ${key() ?? ""}`, ...options.headers };
  let response;
  try {
    response = await fetch(path, { ...options, headers, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "no-answer", "the router does not answer");
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw new Problem(response.status, told.code ?? "refused", told.detail ?? told.title ?? `answered ${response.status}`);
}

/** Read JSON. */
export async function get(path) {
  return (await call(path)).json();
}

/** Ask whether the router can do its work: null if so, else the words of what fails. Needs no key. */
export async function trouble(timeoutMs) {
  try {
    const response = await fetch("/readyz", { signal: AbortSignal.timeout(timeoutMs), cache: "no-store" });
    if (response.ok) return null;
    const told = await response.json();
    return told.checks.find((check) => !check.ok)?.words ?? "not ready";
  } catch {
    return "no answer";
  }
}
