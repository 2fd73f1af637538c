/** The last minutes of each channel, sampled by this page once a second, so that a line can be drawn. */

export const EVERY_MS = 1000;
export const KEPT = 300;

const NAME = "router.trend";

/** A bounded row of samples per channel; it outlives a reload of the tab. */
export class Trend {
  #rows = new Map();
  #at = 0;

  /** Take up what the tab remembers, unless it is older than what would be drawn. */
  constructor(now) {
    try {
      const { at, rows } = JSON.parse(sessionStorage.getItem(NAME));
      const missed = Math.round((now - at) / EVERY_MS);
      if (missed < 0 || missed > KEPT) return;
      // The gap of a reload is drawn as a gap.
      const gap = Array(missed).fill(null);
      for (const [name, row] of rows) this.#rows.set(name, [...row, ...gap].slice(-KEPT));
    } catch {
      // Nothing remembered, or not ours: begin empty.
    }
  }

  /** Sample every channel: `values` by name. */
  note(values, now) {
    this.#at = now;
    for (const [name, value] of values) {
      const row = this.#rows.get(name) ?? [];
      row.push(value);
      if (row.length > KEPT) row.shift();
      this.#rows.set(name, row);
    }
  }

  /** Give the samples of a channel, oldest first; null where nothing was seen. */
  of(name) {
    return this.#rows.get(name) ?? [];
  }

  /** Remember for a reload. */
  keep() {
    sessionStorage.setItem(NAME, JSON.stringify({ at: this.#at, rows: [...this.#rows] }));
  }
}
