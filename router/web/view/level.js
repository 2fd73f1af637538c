/** A level in three ways at once: colour, drawing and word. */

import { attr, el, say, svg } from "../dom.js";
import { WORDS } from "../levels.js";

const DRAWN = {
  quiet: "M5 12h14",
  good: "M5 12.500l4.500 4.500L19 7.500",
  soon: "M12 4.500L21 20H3zM12 10.500v4M12 17.200h.01",
  late: "M12 3l9 9-9 9-9-9zM12 8v5M12 16h.01",
};

/** A small badge that shows a level, and more words behind it. */
export class Level {
  constructor() {
    this.path = svg("path");
    this.word = el("span");
    this.node = el("span", { class: "level" }, svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, this.path), this.word);
  }

  /** Show a level. */
  show(level) {
    attr(this.node, "data-level", level);
    attr(this.path, "d", DRAWN[level]);
    say(this.word, WORDS[level]);
  }
}
