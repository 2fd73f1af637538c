/** Queue by channel: how many wait and are being served, how old the oldest is, against which promise. */

import { icon, named } from "../channels.js";
import { attr, el, keyed, say } from "../dom.js";
import { age, span } from "../format.js";
import { Level } from "./level.js";

class Cell {
  constructor() {
    this.waiting = el("span", { class: "cell-waiting" });
    this.served = el("span", { class: "cell-served muted" });
    this.level = new Level();
    this.oldest = el("span", { class: "cell-oldest" });
    this.node = el("td", {}, el("span", { class: "cell-top" }, this.waiting, this.served), el("span", { class: "cell-low" }, this.level.node, this.oldest));
  }

  update({ depth, oldest, target, level }) {
    const served = depth.offered + depth.active + depth.wrapping;
    const idle = depth.waiting === 0 && served === 0;
    attr(this.node, "data-level", level);
    attr(this.node, "data-idle", idle ? "" : null);
    attr(this.node, "title", `offered ${depth.offered}, active ${depth.active}, wrapping ${depth.wrapping}; target ${span(target)}`);
    say(this.waiting, depth.waiting);
    say(this.served, served ? `+${served} in work` : "");
    this.level.show(level);
    say(this.oldest, age(oldest));
  }
}

class Row {
  #cells = new Map();

  constructor(queue) {
    this.head = el("th", { scope: "row", text: queue });
    this.node = el("tr");
  }

  update(cells) {
    keyed(this.node, this.#cells, ["", ...cells.keys()], (name) => (name === "" ? { node: this.head } : new Cell()));
    for (const [name, facts] of cells) this.#cells.get(name).update(facts);
  }
}

/** The table. */
export class Matrix {
  #rows = new Map();
  #heads = new Map();

  constructor() {
    this.head = el("tr");
    this.body = el("tbody");
    this.node = el(
      "section",
      { class: "panel matrix", "aria-labelledby": "matrix-title" },
      el("header", {}, el("h2", { id: "matrix-title", text: "Queues" }), el("span", { class: "muted", text: "waiting, in work, oldest" })),
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "matrix-title" }, el("table", {}, el("thead", {}, this.head), this.body)),
    );
  }

  /** Show the queues and channels of `board`. */
  update(board) {
    keyed(this.head, this.#heads, ["", ...board.names], (name) => ({
      node: name === "" ? el("th", { scope: "col", text: "Queue" }) : el("th", { scope: "col", "data-channel": name }, icon(name), named(name)),
    }));
    keyed(this.body, this.#rows, board.queues, (queue) => new Row(queue));
    for (const [queue, cells] of board.cells) this.#rows.get(queue).update(cells);
  }
}
