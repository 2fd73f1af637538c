/**
 * The feed, as server-sent events over fetch: that way the key goes in a header and never into an address.
 * Goes on where it was (Last-Event-ID); comes back by itself, each time a little later, spread by chance.
 */

import { Problem, call } from "./api.js";

const FIRST_MS = 500;
const MOST_MS = 15_000;

/** Reads a stream of server-sent events, however it is cut (WHATWG HTML, 9.2.6). */
export class Parser {
  #rest = "";
  #topic = "";
  #data = [];
  #started = false;

  /** Give the messages that are whole with this piece: `{topic, data}`, `{id}`, `{retry}`. */
  *read(piece) {
    this.#rest += this.#started ? piece : piece.replace(/^\uFEFF/, "");
    this.#started = true;
    // A lone CR at the end may be half of a CRLF: leave it for the next piece.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) yield* this.#line(line);
  }

  *#line(line) {
    if (line === "") {
      if (this.#data.length) yield { topic: this.#topic || "message", data: this.#data.join("\n") };
      this.#topic = "";
      this.#data = [];
      return;
    }
    const [, field, value] = /^([^:]*):? ?([^]*)$/.exec(line);
    if (field === "event") this.#topic = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id") yield { id: value };
    else if (field === "retry" && /^\d+$/.test(value)) yield { retry: Number(value) };
  }
}

/** Follows the feed until it is stopped. */
export class Feed {
  #last = null;
  #stop = new AbortController();
  #retry = null;

  /**
   * @param {string} topics names divided by commas
   * @param {{heard: () => void, message: (topic: string, fact: object) => void,
   *   lost: (problem: Problem, againInMs: number) => void, refused: (problem: Problem) => void}} to
   *   `heard`: any sign of life; `lost`: we come back; `refused`: the key does not do, we stop
   */
  constructor(topics, to) {
    this.path = `/v1/stream?topics=${encodeURIComponent(topics)}`;
    this.to = to;
  }

  /** Follow; returns when stopped or refused. */
  async run() {
    for (let misses = 0; !this.#stop.signal.aborted; ) {
      const heardBefore = this.#last;
      try {
        await this.#follow();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        const problem = error instanceof Problem ? error : new Problem(0, "cut", "the connection is cut");
        if (problem.status === 401 || problem.status === 403) return this.to.refused(problem);
        misses = this.#last === heardBefore ? misses + 1 : 1;
        const again = this.#retry ?? Math.random() * Math.min(MOST_MS, FIRST_MS * 2 ** misses);
        this.#retry = null;
        this.to.lost(problem, again);
        await this.#pause(again);
      }
    }
  }

  /** Stop for good. */
  stop() {
    this.#stop.abort();
  }

  async #follow() {
    const headers = { Accept: "text/event-stream", ...(this.#last ? { "Last-Event-ID": this.#last } : {}) };
    const response = await call(this.path, { headers, signal: this.#stop.signal });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new Parser();
    let id = null;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Problem(0, "ended", "the router closed the stream");
      this.to.heard();
      for (const message of parser.read(value)) {
        if (message.id !== undefined) id = message.id;
        else if (message.retry !== undefined) this.#leave = message.retry;
        else this.#hand(message, id);
      }
    }
  }

  /** What the server last said about coming back; counts only once it says goodbye. */
  #leave = null;

  #hand({ topic, data }, id) {
    if (topic === "bye") {
      this.#retry = this.#leave;
      return;
    }
    this.to.message(topic, JSON.parse(data));
    if (id) this.#last = id; // after the fact is taken, so that a resume never skips it
  }

  #pause(ms) {
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
    });
  }
}
