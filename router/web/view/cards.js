/** One card per channel: how many wait, how long the oldest has, what goes on, the last minutes. */

import { icon, named } from "../channels.js";
import { attr, el, keyed, say } from "../dom.js";
import { age, count, span } from "../format.js";
import { Spark } from "../spark.js";
import { KEPT } from "../trend.js";
import { Level } from "./level.js";

class Card {
  constructor(channel) {
    this.waiting = el("span", { class: "big" });
    this.level = new Level();
    this.oldest = el("p", { class: "card-oldest" });
    this.counts = { offered: el("dd"), active: el("dd"), wrapping: el("dd") };
    const name = named(channel);
    this.spark = new Spark((peak) => `${name}: at most ${count(peak, "item")} not yet accepted in the last five minutes`);
    this.node = el(
      "section",
      { class: "panel card", "data-channel": channel, "aria-label": name },
      el("header", {}, icon(channel), el("h2", { text: name }), this.level.node),
      el("div", { class: "card-middle" }, el("p", { class: "card-number" }, this.waiting, el("span", { class: "muted", text: " waiting" })), this.spark.node),
      this.oldest,
      el("dl", { class: "card-counts" }, ...Object.entries(this.counts).map(([word, node]) => el("div", {}, el("dt", { text: word }), node))),
    );
  }

  update({ depth, oldest, target, level }, samples) {
    say(this.waiting, depth.waiting);
    for (const [state, node] of Object.entries(this.counts)) say(node, depth[state]);
    attr(this.node, "data-level", level);
    this.level.show(level);
    say(this.oldest, oldest === null ? "nobody waits" : `oldest ${age(oldest)} of ${span(target)}`);
    this.spark.draw(samples, KEPT);
  }
}

/** The row of cards. */
export class Cards {
  #cards = new Map();
  node = el("div", { class: "cards", role: "group", "aria-label": "Channels" });

  /** Show the channels of `board`, with their samples. */
  update(board, trend) {
    keyed(this.node, this.#cards, board.channels.keys(), (channel) => new Card(channel));
    for (const [channel, facts] of board.channels) this.#cards.get(channel).update(facts, trend.of(channel));
  }
}
