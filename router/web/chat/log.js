/** The messages, as they are drawn: those of the log by their seq, then those that wait to be kept. */

import { attr, el, say, svg } from "../dom.js";

const TICKS = {
  sending: ["Sending", "M12 7v5l3 2", true],
  sent: ["Sent", "M5 13l4 4 10-11", false],
  delivered: ["Delivered", "M2 13l4 4L16 6M11 16l1 1L22 6", false],
  read: ["Read", "M2 13l4 4L16 6M11 16l1 1L22 6", false],
};
const HOUR = { hour: "2-digit", minute: "2-digit" };
const DAY = { weekday: "long", day: "numeric", month: "long" };
const CLOSE_MS = 120_000; // what one says within two minutes stands together
const NEAR_PX = 80;

/** Draws the log into `list`, which scrolls within `view`. */
export class Log {
  #said = new Map(); // seq to {node, frame}
  #waiting = new Map(); // cid to node
  #answered = 0; // the last seq of ours that an answer follows

  constructor(view, list, empty) {
    this.view = view;
    this.list = list;
    this.empty = empty;
  }

  /** The last seq that an agent said. */
  get heard() {
    return Math.max(0, ...[...this.#said.values()].filter(({ frame }) => frame.author !== "customer").map(({ frame }) => frame.seq));
  }

  /** Forget what was drawn: the log is another. */
  clear() {
    for (const { node } of this.#said.values()) node.remove();
    this.#said.clear();
    this.#arrange();
  }

  /** Draw a message of the log, once. */
  add(frame) {
    if (this.#said.has(frame.seq)) return;
    const near = this.view.scrollHeight - this.view.scrollTop - this.view.clientHeight < NEAR_PX;
    const mine = frame.author === "customer";
    if (!mine) this.#answered = Math.max(this.#answered, frame.seq);
    this.#drop(frame.cid);
    const node = bubble(frame.text, mine, new Date(frame.at));
    this.#said.set(frame.seq, { node, frame });
    this.#arrange();
    if (near || mine) this.view.scrollTop = this.view.scrollHeight;
  }

  /** Draw what waits to be kept, after all else. */
  wait(waiting) {
    const cids = new Set(waiting.map((one) => one.cid));
    for (const one of waiting) {
      if (this.#waiting.has(one.cid)) continue;
      const node = bubble(one.text, true, new Date(one.ts));
      tick(node, "sending");
      this.#waiting.set(one.cid, node);
      this.list.append(node);
      this.view.scrollTop = this.view.scrollHeight;
    }
    for (const [cid, node] of this.#waiting) if (!cids.has(cid)) tick(node, "delivered");
    this.#arrange();
  }

  /** Show that a waiting message is on its way. */
  wired(cid) {
    const node = this.#waiting.get(cid);
    if (node) tick(node, "sent");
  }

  /** Show that a message will never be kept. */
  refuse() {
    for (const [cid, node] of this.#waiting) if (node.dataset.tick === "delivered") this.#drop(cid);
  }

  #drop(cid) {
    this.#waiting.get(cid)?.remove();
    this.#waiting.delete(cid);
  }

  /** Bring all into order: days, who follows whom, ticks. */
  #arrange() {
    const all = [...this.#said.values()].sort((one, other) => one.frame.seq - other.frame.seq);
    attr(this.empty, "hidden", all.length || this.#waiting.size ? "" : null);
    let before = null;
    let place = this.list.firstElementChild;
    for (const entry of all) {
      const { node, frame } = entry;
      const at = Date.parse(frame.at);
      const day = new Date(at).toDateString();
      const close = before && before.frame.author === frame.author && at - Date.parse(before.frame.at) < CLOSE_MS;
      attr(node, "data-follows", close ? "" : null);
      if (before) attr(before.node, "data-more", close ? "" : null);
      attr(node, "data-more", null);
      say(node.querySelector(".day"), before && new Date(before.frame.at).toDateString() === day ? "" : dayName(at));
      attr(node.querySelector(".day"), "hidden", node.querySelector(".day").textContent ? null : "");
      if (frame.author === "customer") tick(node, frame.seq < this.#answered ? "read" : "delivered");
      if (place === node) place = node.nextElementSibling;
      else this.list.insertBefore(node, place);
      before = entry;
    }
  }
}

function bubble(text, mine, at) {
  const who = el("span", { class: "unseen", text: mine ? "You: " : "Agent: " });
  const words = el("div", { class: "bubble" }, who, text);
  const time = el("time", { datetime: at.toISOString(), text: at.toLocaleTimeString([], HOUR) });
  const foot = el("div", { class: "foot" }, time);
  return el("li", { class: "said", "data-mine": mine }, el("div", { class: "day", hidden: true }), words, foot);
}

function tick(node, name) {
  if (node.dataset.tick === name) return;
  node.dataset.tick = name;
  const [words, path, clock] = TICKS[name];
  const face = clock ? svg("circle", { cx: 12, cy: 12, r: 9 }) : null;
  const drawn = svg("svg", { class: "tick", viewBox: "0 0 24 24", "aria-hidden": "true" }, face, svg("path", { d: path }));
  node.querySelector(".tick")?.remove();
  node.querySelector(".tick-words")?.remove();
  node.querySelector(".foot").append(drawn, el("span", { class: "tick-words unseen", text: words }));
  node.querySelector(".foot").title = words;
}

function dayName(ms) {
  const day = new Date(ms);
  return day.toDateString() === new Date().toDateString() ? "Today" : day.toLocaleDateString([], DAY);
}
