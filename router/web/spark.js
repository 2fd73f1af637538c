/** A sparkline: an area for what waits, a step line above it, the highest point named. Own SVG. */

import { attr, say, svg } from "./dom.js";

const WIDTH = 200;
const HEIGHT = 44;

/** A line that is drawn anew with `draw`. */
export class Spark {
  constructor(words) {
    this.area = svg("path", { class: "spark-area" });
    this.line = svg("path", { class: "spark-line" });
    this.title = svg("title");
    this.words = words;
    this.node = svg(
      "svg",
      { class: "spark", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" },
      this.title, this.area, this.line,
    );
  }

  /** Draw samples, oldest first, the newest at the right edge; `most` of them fill the width. */
  draw(samples, most) {
    const peak = Math.max(0, ...samples.filter((value) => value !== null));
    const top = Math.max(4, peak);
    const x = (index) => WIDTH - ((samples.length - 1 - index) * WIDTH) / (most - 1);
    const y = (value) => HEIGHT - 1 - (value / top) * (HEIGHT - 5);
    const { line, area } = stepped(samples, x, y);
    attr(this.line, "d", line || null);
    attr(this.area, "d", area || null);
    say(this.title, this.words(peak));
  }
}

/** Draw steps, since a count stays until it changes; a null leaves a gap. */
function stepped(samples, x, y) {
  let line = "";
  let area = "";
  let from = null;
  const floor = HEIGHT;
  const close = (index) => {
    if (from !== null) area += `H${x(index).toFixed(1)}V${floor}H${from.toFixed(1)}Z`;
    from = null;
  };
  samples.forEach((value, index) => {
    if (value === null) return close(Math.max(0, index - 1));
    const [px, py] = [x(index).toFixed(1), y(value).toFixed(1)];
    if (from === null) {
      from = x(index);
      line += `M${px} ${py}`;
      area += `M${px} ${floor}V${py}`;
      return;
    }
    if (value === samples[index - 1] && index < samples.length - 1) return;
    line += `H${px}V${py}`;
    area += `H${px}V${py}`;
  });
  close(samples.length - 1);
  return { line, area };
}
