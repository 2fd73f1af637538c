/** Who changed the channel, from where to where: a matrix of all episodes of the last 30 days. */

import { channelOf, named, ordered } from "../channels.js";
import { el, say } from "../dom.js";
import { count } from "../format.js";

/** The panel of channel switches. */
export class Switches {
  constructor() {
    this.sum = el("span", { class: "muted" });
    this.table = el("table", { class: "flow" });
    this.none = el("p", { class: "muted", text: "Nobody has changed the channel yet: a switch needs one customer on two channels about one issue." });
    this.node = el(
      "section",
      { class: "panel switches", "aria-labelledby": "switches-title" },
      el("header", {}, el("h2", { id: "switches-title", text: "Channel switches" }), this.sum),
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "switches-title" }, this.table),
      this.none,
      el("p", { class: "muted small", text: "From the row to the column. Bold: the customer changed; after the slash: we did." }),
    );
  }

  /** Show a report, GET /v1/reports/switches. */
  update({ episodes, total: { matrix, customer, company } }) {
    say(this.sum, `${customer} by customers, ${company} by us, in ${count(episodes, "episode")}`);
    const cells = Object.entries(matrix);
    this.none.hidden = cells.length > 0;
    this.table.hidden = cells.length === 0;
    if (cells.length === 0) return;
    const labels = byChannel(new Set(cells.flatMap(([path]) => path.split(">"))));
    const most = Math.max(...cells.map(([, one]) => one.customer + one.company));
    this.table.replaceChildren(
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, el("span", { class: "unseen", text: "from, to" })), ...labels.map((label) => el("th", { scope: "col", text: named(label) })))),
      el("tbody", {}, ...labels.map((from) => el("tr", {}, el("th", { scope: "row", text: named(from) }), ...labels.map((to) => cell(from, to, matrix[`${from}>${to}`], most))))),
    );
  }
}

function cell(from, to, found, most) {
  if (from === to) return el("td", { class: "same", "aria-label": "the same channel" });
  if (!found) return el("td", { class: "none" }, el("span", { class: "unseen", text: "0" }));
  const words = `${named(from)} to ${named(to)}: ${found.customer} by customers, ${found.company} by us`;
  const node = el("td", { title: words }, el("b", { text: found.customer }), el("span", { text: ` / ${found.company}` }));
  node.style.setProperty("--share", (found.customer + found.company) / most);
  return node;
}

function byChannel(labels) {
  const channels = ordered(new Set([...labels].map(channelOf)));
  return [...labels].sort((a, b) => channels.indexOf(channelOf(a)) - channels.indexOf(channelOf(b)) || a.localeCompare(b));
}
