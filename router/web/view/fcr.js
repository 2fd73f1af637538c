/** First contact resolution: never a bare percentage, always with n, interval, window and definition. */

import { named } from "../channels.js";
import { attr, el, keyed, say } from "../dom.js";
import { interval, percent } from "../format.js";

/** A rate as a point on its interval. */
class Estimate {
  constructor(name, title) {
    this.value = el("span", { class: "estimate-value" });
    this.range = el("span", { class: "estimate-range" });
    this.track = el("span", { class: "track", "aria-hidden": "true" }, this.range, el("span", { class: "estimate-point" }));
    this.words = el("span", { class: "estimate-words muted" });
    this.node = el("li", { class: "estimate", title }, el("span", { class: "estimate-name", text: name }), this.value, this.track, this.words);
  }

  update({ value, low, high, n }) {
    say(this.value, percent(value));
    attr(this.track, "data-none", n === 0 ? "" : null);
    attr(this.track, "data-few", value === null ? "" : null);
    this.track.style.setProperty("--low", low);
    this.track.style.setProperty("--high", high);
    this.track.style.setProperty("--value", value ?? 0);
    attr(this.track, "title", `${interval(low, high)}, n ${n}`);
    say(this.words, n === 0 ? "no case yet" : `${interval(low, high)}, n ${n}${value === null ? ", too few" : ""}`);
  }
}

const LINES = [
  ["live", "Live", "Kaplan-Meier over all answered episodes, open windows counted as far as they have run"],
  ["net", "Final", "closed windows only, of those that could be judged"],
  ["siloed", "By one channel", "final, as a tool would report it that knows one channel only"],
];

/** The panel of FCR. */
export class Fcr {
  #groups = new Map();

  constructor() {
    this.lines = new Map(LINES.map(([field, name, title]) => [field, new Estimate(name, title)]));
    this.window = el("span", { class: "muted" });
    this.groups = el("ul", { class: "estimates by" });
    this.by = el("h3", { text: "Live, by first channel" });
    this.foot = el("p", { class: "muted small" });
    this.node = el(
      "section",
      { class: "panel fcr", "aria-labelledby": "fcr-title" },
      el("header", {}, el("h2", { id: "fcr-title", text: "First contact resolution" }), this.window),
      el("ul", { class: "estimates main" }, ...[...this.lines.values()].map((line) => line.node)),
      this.foot,
      this.by,
      this.groups,
    );
  }

  /** Show a report, GET /v1/reports/fcr?by=channel. */
  update({ total, groups, window_days: days }) {
    for (const [field, line] of this.lines) line.update(total[field]);
    say(this.window, `no return within ${days} days; 95 % interval`);
    say(this.foot, words(total));
    const shown = groups.filter((group) => group.by.channel !== null);
    this.by.hidden = shown.length === 0;
    keyed(this.groups, this.#groups, shown.map((group) => group.by.channel), (label) => new Estimate(named(label)));
    for (const group of shown) this.#groups.get(group.by.channel).update(group.live);
  }
}

/** Say in words what a tool for one channel would not have seen. */
function words({ episodes, closed, net, siloed }) {
  const rest = `${episodes} episodes in 30 days, ${closed} closed.`;
  if (net.value === null || siloed.value === null) return rest;
  const points = Math.round((siloed.value - net.value) * 100);
  return points > 0 ? `${rest} One channel alone would claim ${points} points more.` : rest;
}
