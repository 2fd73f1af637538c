/**
 * Whether what we show is fresh. The feed ticks every 5 s when nothing happens, so silence alone does not
 * mean stale: after two seconds of it we ask the router, and call the board stale after three without a
 * sign of life from either, or after eight without the feed.
 */

import { trouble } from "./api.js";

const ASK_AFTER_MS = 2000;
const ASK_EVERY_MS = 2000;
const ASK_TIMEOUT_MS = 900;
const STALE_AFTER_MS = 3000;

/** Longer than the feed's tick of 5 s, by as much as a busy machine may need. */
const FEED_SILENT_MS = 8000;

/** Watches the silence. */
export class Pulse {
  #fed = performance.now();
  #sign = performance.now();
  #asked = 0;
  why = "";

  /** The feed said something. */
  heard() {
    this.#fed = this.#sign = performance.now();
    this.why = "";
  }

  /** Look now: true if the board is stale. Asks the router by itself where that may tell. */
  stale() {
    const now = performance.now();
    if (now - this.#sign >= ASK_AFTER_MS && now - this.#asked >= ASK_EVERY_MS) this.#ask(now);
    return now - this.#sign >= STALE_AFTER_MS || now - this.#fed >= FEED_SILENT_MS;
  }

  /** Give the seconds since the feed last said something. */
  silence() {
    return (performance.now() - this.#fed) / 1000;
  }

  async #ask(now) {
    this.#asked = now;
    const words = await trouble(ASK_TIMEOUT_MS);
    if (words === null) this.#sign = performance.now();
    else this.why = words;
  }
}
