/**
 * The line to the router: a WebSocket that comes back by itself and goes on where it was.
 *
 * What is to be said waits in the tab's storage until it is acknowledged, one message after another, so that it
 * survives a reload and keeps its order; the router knows a message again by its cid.
 */

import { keep, kept } from "./store.js";

const [SOON_MS, LATE_MS] = [400, 8000];
const AGAIN_MS = 1100; // a second, after which the router takes more
const FRESH_MS = 60_000; // before its end a token is exchanged
const ALIVE_MS = 45_000; // a line that is silent for so long is asked whether it still is one
const LOST_MS = 10_000; // and gone when nothing comes back
const TYPING_MS = 3000;
const BAD_TOKEN = 4401;

/**
 * The line of one visit.
 * `on`: welcome(frame, anew), msg(frame), wired(cid), refused(cid, words), waiting(list), state(name, words).
 */
export class Line {
  #socket = null;
  #tries = 0;
  #timers = new Map();
  #cursor = 0;
  #asked = "";
  #typed = 0;
  #ready = false;
  #token = "";
  #over = false;

  constructor(account, visit, on) {
    this.account = account;
    this.visit = visit;
    this.on = on;
    this.waiting = kept("sessionStorage", this.#place) ?? [];
    addEventListener("online", () => this.#soon(0));
    addEventListener("offline", () => this.#drop());
  }

  get #place() {
    return `router.chat.waiting.${this.account}`;
  }

  /** Open the line. `name`: what a new visitor calls themself. */
  async open(name) {
    if (this.#over || this.#socket) return;
    this.on.state(this.#tries ? "again" : "connecting");
    try {
      this.#token = await this.visit.token(name);
    } catch (problem) {
      this.#failed(problem);
      return;
    }
    if (this.#over || this.#socket) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/v1/ws/chat?account=${encodeURIComponent(this.account)}`);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#hello());
    socket.addEventListener("message", ({ data }) => this.#heard(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => this.#closed(socket, code));
  }

  /** Close the line for good; what waits is dropped. */
  end() {
    this.#over = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    keep("sessionStorage", this.#place, null);
    this.#socket?.close();
  }

  /** Say something, now or as soon as the line is there. */
  say(text) {
    this.waiting.push({ cid: crypto.randomUUID?.() ?? cid(), text, ts: new Date().toISOString() });
    this.#changed();
    this.#next();
  }

  /** Tell that the visitor writes; not at every key. */
  typing() {
    if (!this.#ready || Date.now() - this.#typed < TYPING_MS) return;
    this.#typed = Date.now();
    this.#send({ type: "typing" });
  }

  /** Tell how far the visitor has read. */
  read(upto) {
    if (this.#ready) this.#send({ type: "read", upto });
  }

  #hello() {
    this.#later("lost", LOST_MS, () => this.#drop());
    this.#send({ type: "hello", token: this.#token, resume_from: this.#cursor });
  }

  #heard(frame) {
    if (frame.type === "welcome") this.#welcomed(frame);
    else if (frame.type === "msg") {
      this.#cursor = Math.max(this.#cursor, frame.seq);
      if (frame.cid) this.#settle(frame.cid);
      this.on.msg(frame);
    } else if (frame.type === "ack") this.#settle(frame.cid);
    else if (frame.type === "error") this.#refused(frame);
  }

  #welcomed(frame) {
    this.#ready = true;
    this.#tries = 0;
    const anew = frame.resume_from < this.#cursor;
    if (anew) this.#cursor = 0;
    clearTimeout(this.#timers.get("lost"));
    this.#later("alive", ALIVE_MS, () => this.#hello());
    this.#later("fresh", Date.parse(frame.until) - Date.now() - FRESH_MS, () => this.#refresh());
    this.on.welcome(frame, anew);
    this.on.state("open");
    this.#next();
  }

  /** Exchange the token before it ends; on the same line. */
  async #refresh() {
    try {
      this.#token = await this.visit.token();
      if (this.#ready) this.#hello();
    } catch {
      this.#later("fresh", LATE_MS, () => this.#refresh());
    }
  }

  /** A message that the router will never take is dropped and told of; for the others it is asked again. */
  #refused({ code, detail, cid: of }) {
    if (!of) return;
    if (code === "invalid" || code === "malformed") {
      this.#settle(of);
      this.on.refused(of, detail);
    } else this.#later("next", AGAIN_MS, () => this.#again());
  }

  #again() {
    this.#asked = "";
    this.#next();
  }

  #next() {
    const [first] = this.waiting;
    if (!this.#ready || !first || this.#asked === first.cid) return;
    this.#asked = first.cid;
    this.#send({ type: "msg", ...first });
    this.#later("lost", LOST_MS, () => this.#drop());
    this.on.wired(first.cid);
  }

  #settle(of) {
    const left = this.waiting.filter((one) => one.cid !== of);
    if (left.length === this.waiting.length) return;
    clearTimeout(this.#timers.get("lost"));
    this.waiting = left;
    this.#changed();
    this.#next();
  }

  #changed() {
    keep("sessionStorage", this.#place, this.waiting);
    this.on.waiting(this.waiting);
  }

  #send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** Take the line for dead, whatever the browser thinks of it. */
  #drop() {
    const socket = this.#socket;
    if (!socket) this.on.state(navigator.onLine ? "again" : "offline");
    else {
      this.#closed(socket);
      socket.close();
    }
  }

  #closed(socket, code) {
    if (this.#socket !== socket) return;
    this.#socket = null;
    for (const name of ["alive", "fresh", "lost", "next"]) clearTimeout(this.#timers.get(name));
    this.#ready = false;
    this.#asked = "";
    if (this.#over) return;
    this.on.state(navigator.onLine ? "again" : "offline");
    this.#soon(code === BAD_TOKEN && this.#tries === 0 ? 0 : undefined);
  }

  #failed(problem) {
    const gone = problem.status >= 400 && problem.status < 500 && problem.status !== 429;
    if (gone) this.on.state("closed", problem.message);
    else {
      this.on.state(navigator.onLine ? "again" : "offline");
      this.#soon();
    }
  }

  /** Come back after a while that grows, with some chance in it, so that not all come at once. */
  #soon(ms = Math.min(LATE_MS, SOON_MS * 2 ** this.#tries) * (0.7 + 0.6 * Math.random())) {
    if (this.#over || this.#socket) return;
    this.#tries += 1;
    this.#later("open", ms, () => this.open());
  }

  #later(name, ms, act) {
    clearTimeout(this.#timers.get(name));
    this.#timers.set(name, setTimeout(act, Math.max(0, ms)));
  }
}

/** A random id where the page is served over plain HTTP and the browser has no UUIDs for it. */
function cid() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
