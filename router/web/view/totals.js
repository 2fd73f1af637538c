/** The numbers in the head of the page: all queues and channels together. */

import { el, say } from "../dom.js";
import { age } from "../format.js";

/** The totals. */
export class Totals {
  constructor(node) {
    this.node = node;
    this.values = new Map(["waiting", "oldest", "in work", "free agents"].map((word) => [word, el("dd")]));
    node.replaceChildren(...[...this.values].map(([word, value]) => el("div", {}, el("dt", { text: word }), value)));
  }

  /** Show the sums of `board`. */
  update({ total, oldest, agents: { agents, numbers } }) {
    say(this.values.get("waiting"), total.waiting);
    say(this.values.get("oldest"), age(oldest) || "–");
    say(this.values.get("in work"), total.offered + total.active + total.wrapping);
    say(this.values.get("free agents"), `${numbers.free} of ${agents.length}`);
  }
}
