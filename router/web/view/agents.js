/** The agents: how many are free, busy, away, offline, and each one by name. */

import { DOING } from "../board.js";
import { attr, el, keyed, say } from "../dom.js";
import { age, percent } from "../format.js";

class Line {
  constructor() {
    this.name = el("span", { class: "agent-name" });
    this.doing = el("span", { class: "agent-doing" });
    this.fill = el("span", { class: "load-fill" });
    this.bar = el("span", { class: "load", role: "meter", "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": "load" }, this.fill);
    this.since = el("span", { class: "agent-since muted" });
    this.node = el("li", { class: "agent" }, el("span", { class: "dot", "aria-hidden": "true" }), this.name, this.doing, this.bar, this.since);
  }

  update(agent) {
    attr(this.node, "data-doing", agent.doing);
    say(this.name, agent.name ?? agent.id);
    say(this.doing, agent.doing === "away" && agent.reason ? `away: ${agent.reason}` : agent.doing);
    const load = Math.min(1, agent.load);
    attr(this.bar, "aria-valuenow", Math.round(load * 100));
    attr(this.bar, "title", `load ${percent(agent.load)}`);
    this.fill.style.setProperty("--load", load);
    say(this.since, age(agent.for));
  }
}

/** The panel of agents. */
export class Agents {
  #lines = new Map();

  constructor() {
    this.numbers = new Map(DOING.map((word) => [word, el("span", { class: "state-number" })]));
    this.list = el("ul", { class: "agent-list" });
    this.node = el(
      "section",
      { class: "panel agents", "aria-labelledby": "agents-title" },
      el("header", {}, el("h2", { id: "agents-title", text: "Agents" }), el("span", { class: "muted", text: "load, time in state" })),
      el("ul", { class: "states" }, ...[...this.numbers].map(([word, node]) => el("li", { "data-doing": word }, node, el("span", {}, el("span", { class: "dot", "aria-hidden": "true" }), word)))),
      this.list,
    );
  }

  /** Show the agents of `board`. */
  update({ agents: { agents, numbers } }) {
    for (const [word, node] of this.numbers) say(node, numbers[word]);
    keyed(this.list, this.#lines, agents.map((agent) => agent.id), () => new Line());
    for (const agent of agents) this.#lines.get(agent.id).update(agent);
  }
}
