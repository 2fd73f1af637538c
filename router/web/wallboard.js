/** The wallboard: follows the feed, shows the board, reads the reports now and then. */

import { get } from "./api.js";
import { boardOf } from "./board.js";
import { named } from "./channels.js";
import { say } from "./dom.js";
import { Feed } from "./feed.js";
import { age, clock } from "./format.js";
import { WORDS } from "./levels.js";
import { Live } from "./live.js";
import { fit, look, only } from "./look.js";
import { Pulse } from "./pulse.js";
import { forget, keep, key, takeKey } from "./session.js";
import { EVERY_MS, Trend } from "./trend.js";
import { Agents } from "./view/agents.js";
import { Cards } from "./view/cards.js";
import { Fcr } from "./view/fcr.js";
import { Matrix } from "./view/matrix.js";
import { signin } from "./view/signin.js";
import { Steps } from "./view/steps.js";
import { Switches } from "./view/switches.js";
import { Totals } from "./view/totals.js";

const REPORTS_EVERY_MS = 15_000;
const REPORTS_AGAIN_MS = 3000; // a router that has just begun may still be folding its past
const SPEAK_EVERY_MS = 5000;
const LISTEN_EVERY_MS = 250;
const $ = (id) => document.getElementById(id);

/** A board that follows the feed with one key. */
class Wallboard {
  live = new Live();
  trend = new Trend(Date.now());
  pulse = new Pulse();
  views = { steps: new Steps(), cards: new Cards(), matrix: new Matrix(), agents: new Agents(), fcr: new Fcr(), switches: new Switches() };
  totals = new Totals($("totals"));
  timers = [];
  drawing = 0;
  everBusy = false;
  reported = "";
  fitted = "";
  spoken = { at: 0, levels: new Map() };

  constructor(refused) {
    this.refused = refused;
    this.feed = new Feed("depth,agent", {
      heard: () => this.pulse.heard(),
      message: (topic, fact) => this.take(topic, fact),
      lost: (problem) => (this.pulse.why = problem.message),
      refused,
    });
  }

  start() {
    this.feed.run();
    this.timers = [
      setInterval(() => this.second(), EVERY_MS),
      setInterval(() => this.state(), LISTEN_EVERY_MS),
      setInterval(() => this.reports(), REPORTS_EVERY_MS),
    ];
    this.reports();
    this.again = setTimeout(() => this.reports(), REPORTS_AGAIN_MS);
  }

  stop() {
    clearTimeout(this.again);
    this.feed.stop();
    this.timers.forEach(clearInterval);
    cancelAnimationFrame(this.drawing);
    $("totals").hidden = true;
  }

  take(topic, fact) {
    const first = !this.live.known;
    if (this.live.take(topic, fact)) this.settle();
    if (first && this.live.known) this.open();
    this.drawing ||= requestAnimationFrame(() => this.draw());
  }

  /** Put the panels up once there is something to put in. */
  open() {
    $("views").replaceChildren(...Object.values(this.views).map((view) => view.node));
    $("totals").hidden = false;
  }

  draw() {
    this.drawing = 0;
    if (!this.live.known) return;
    const board = boardOf(this.live, only);
    this.everBusy ||= board.total.active > 0;
    board.everBusy = this.everBusy;
    this.totals.update(board);
    this.views.steps.update(board);
    this.views.cards.update(board, this.trend);
    this.views.matrix.update(board);
    this.views.agents.update(board);
    this.fit(board);
    this.speak(board);
  }

  /** Fit a wall anew when there is more or less to show, not with every number. */
  fit(board) {
    const size = [board.queues.length, board.agents.agents.length, this.reported, innerWidth, innerHeight].join();
    if (size !== this.fitted) requestAnimationFrame(fit);
    this.fitted = size;
  }

  /** Ages grow, samples are taken. */
  second() {
    if (this.live.known) {
      const { channels } = boardOf(this.live, only);
      this.trend.note([...channels].map(([name, { depth }]) => [name, depth.waiting + depth.offered]), Date.now());
      this.trend.keep();
    }
    this.draw();
  }

  /** Say whether what stands here is fresh. */
  state() {
    const stale = this.pulse.stale();
    const text = stale ? `Stale for ${age(this.pulse.silence())}${this.pulse.why ? `: ${this.pulse.why}` : ""}` : this.live.known ? "Live" : "Connecting";
    $("link").dataset.level = stale ? "late" : this.live.known ? "good" : "off";
    document.documentElement.toggleAttribute("data-stale", stale);
    say($("link-text"), text);
  }

  async reports() {
    try {
      const [fcr, switches] = await Promise.all([get("/v1/reports/fcr?by=channel"), get("/v1/reports/switches")]);
      this.views.fcr.update(fcr);
      this.views.switches.update(switches);
      this.reported = `${fcr.groups.length}/${Object.keys(switches.total.matrix).length}`;
      await this.settle();
    } catch (problem) {
      // The feed tells whether we are connected, and the next reading brings what is missing; but a key
      // that may follow the feed need not be a supervisor's.
      if (problem.status === 403) this.refused(problem);
    }
  }

  /** Read the settings of queues and agents, which the feed does not carry. */
  async settle() {
    const [{ queues }, { agents }] = await Promise.all([get("/v1/queues"), get("/v1/agents")]);
    this.live.settle(queues, agents);
  }

  /** Tell a screen reader what became late or calm again, in one sentence, not too often. */
  speak({ channels }) {
    const { at, levels } = this.spoken;
    if (Date.now() - at < SPEAK_EVERY_MS) return;
    const changed = [...channels].filter(([name, { level }]) => urgent(level) !== urgent(levels.get(name)));
    this.spoken = { at: Date.now(), levels: new Map([...channels].map(([name, { level }]) => [name, level])) };
    if (changed.length) say($("spoken"), changed.map(([name, { level }]) => `${named(name)}: ${WORDS[level]}`).join(". "));
  }
}

/** What is worth a word: late, or not. */
function urgent(level) {
  return level === "late";
}

let board = null;

function follow() {
  board?.stop();
  board = new Wallboard((problem) => {
    forget();
    ask(problem.status === 403 ? "This key may not see the board. Use the key of a supervisor." : "This key is not known. It may have been revoked.");
  });
  $("views").replaceChildren();
  board.start();
}

function ask(words) {
  board?.stop();
  board = null;
  $("link").dataset.level = "off";
  say($("link-text"), "Signed out");
  $("views").replaceChildren(signin((secret) => { keep(secret); follow(); }, words));
  $("key").focus();
}

function begin() {
  takeKey();
  if (key()) follow();
  else ask();
}

look(() => { forget(); ask(); });
setInterval(() => say($("clock"), clock(new Date(), true)), 1000);
say($("clock"), clock(new Date(), true));
addEventListener("hashchange", () => takeKey() && follow());
begin();
