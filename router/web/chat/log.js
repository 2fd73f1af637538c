/** The messages, as they are drawn: those of the log in the order of their seq, then those that wait to be kept. */

import { attr, el, svg } from "../dom.js";

const TICKS = {
  sending: ["Sending", "M12 7v5l3 2"],
  sent: ["Sent", "M5 13l4 4 10-11"],
  delivered: ["Delivered", "M2 13l4 4L16 6M11 16l1 1L22 6"],
  read: ["Read", "M2 13l4 4L16 6M11 16l1 1L22 6"],
};
const HOUR = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat([], { weekday: "long", day: "numeric", month: "long" });
const CLOSE_MS = 120_000; // what one says within two minutes stands together
const NEAR_PX = 80;

/** Draws the log into `list`, which scrolls within `view`; `empty` stands there while nothing was said. */
export class Log {
  #last = null; // {frame, node} of the newest message
  #unread = []; // the visitor's own messages that no answer followed yet
  #waiting = new Map(); // cid to node
  #old = 0;

  /** The last seq that an agent said. */
  heard = 0;

  constructor(view, list, empty) {
    this.view = view;
    this.list = list;
    this.empty = empty;
  }

  /** Begin: messages up to `old` were there before, and are not read out. `anew`: what is drawn is of another log. */
  begin(old, anew) {
    if (anew || !this.#last) this.#old = old;
    if (!anew) return;
    for (const node of this.list.querySelectorAll(":scope > [data-seq]")) node.remove();
    this.#last = null;
    this.#unread = [];
    this.heard = 0;
  }

  /** Draw a message of the log, once. They come in the order of their seq. */
  add(frame) {
    if (frame.seq <= (this.#last?.frame.seq ?? 0)) return;
    const [mine, fresh] = [frame.author === "customer", frame.seq > this.#old];
    // To measure is to lay out: what was there before is laid out once, with its last message.
    const near = fresh && this.view.scrollHeight - this.view.scrollTop - this.view.clientHeight < NEAR_PX;
    attr(this.view, "aria-live", fresh ? "polite" : "off");
    this.#drop(frame.cid);
    const node = this.#drawn(frame, mine);
    const [first] = this.#waiting.values();
    this.list.insertBefore(node, first ?? null);
    this.#last = { frame, node };
    if (mine) this.#unread.push(node);
    else this.#answered(frame.seq);
    attr(this.empty, "hidden", "");
    if (near || (fresh && mine) || frame.seq === this.#old) this.view.scrollTop = this.view.scrollHeight;
  }

  /** Draw what waits to be kept, after all else; what waits no more was kept, and comes with the log. */
  wait(waiting) {
    const cids = new Set(waiting.map((one) => one.cid));
    for (const one of waiting) {
      if (this.#waiting.has(one.cid)) continue;
      const node = bubble(one.text, true, new Date(one.ts));
      tick(node, "sending");
      this.#waiting.set(one.cid, node);
      this.list.append(node);
      attr(this.empty, "hidden", "");
      this.view.scrollTop = this.view.scrollHeight;
    }
    for (const [cid, node] of this.#waiting) if (!cids.has(cid)) tick(node, "delivered");
  }

  /** Show that a waiting message is on its way. */
  wired(cid) {
    const node = this.#waiting.get(cid);
    if (node) tick(node, "sent");
  }

  /** Take a message away that will never be kept. */
  refuse(cid) {
    this.#drop(cid);
    attr(this.empty, "hidden", this.list.children.length ? "" : null);
  }

  #drop(cid) {
    this.#waiting.get(cid)?.remove();
    this.#waiting.delete(cid);
  }

  #answered(seq) {
    this.heard = seq;
    for (const node of this.#unread) tick(node, "read");
    this.#unread = [];
  }

  #drawn(frame, mine) {
    const at = new Date(frame.at);
    const before = this.#last?.frame;
    const close = before && before.author === frame.author && at - new Date(before.at) < CLOSE_MS;
    const day = before && new Date(before.at).toDateString() === at.toDateString() ? null : dayName(at);
    const node = bubble(frame.text, mine, at, day);
    attr(node, "data-seq", frame.seq);
    attr(node, "data-follows", close ? "" : null);
    if (close) attr(this.#last.node, "data-more", "");
    if (mine) tick(node, "delivered");
    return node;
  }
}

function bubble(text, mine, at, day = null) {
  const who = el("span", { class: "unseen", text: mine ? "You: " : "Agent: " });
  const words = el("div", { class: "bubble" }, who, text);
  const foot = el("div", { class: "foot" }, el("time", { datetime: at.toISOString(), text: HOUR.format(at) }));
  return el("li", { class: "said", "data-mine": mine }, day && el("div", { class: "day", text: day }), words, foot);
}

function tick(node, name) {
  if (node.dataset.tick === name) return;
  node.dataset.tick = name;
  const [words, path] = TICKS[name];
  const face = name === "sending" ? svg("circle", { cx: 12, cy: 12, r: 9 }) : null;
  const drawn = svg("svg", { class: "tick", viewBox: "0 0 24 24", "aria-hidden": "true" }, face, svg("path", { d: path }));
  const foot = node.querySelector(".foot");
  foot.querySelector(".tick")?.remove();
  foot.querySelector(".tick-words")?.remove();
  foot.append(drawn, el("span", { class: "tick-words unseen", text: words }));
  foot.title = words;
}

function dayName(day) {
  return day.toDateString() === new Date().toDateString() ? "Today" : DAY.format(day);
}
