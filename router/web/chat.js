/** The chat: alone on a page to try it, or in a frame on a site. */

import { attr, el, say } from "./dom.js";
import { Host } from "./chat/host.js";
import { Line } from "./chat/line.js";
import { Log } from "./chat/log.js";
import { noAccount, snippet, start } from "./chat/side.js";
import { Anonymous, Signed } from "./chat/visit.js";

const query = new URLSearchParams(location.search);
const framed = query.get("framed") !== null && parent !== window;
const $ = (id) => document.getElementById(id);
const STATES = {
  connecting: ["off", "Connecting"],
  open: ["good", "Connected"],
  again: ["soon", "Connecting again"],
  offline: ["late", "Offline"],
  idle: ["off", "Not begun"],
  closed: ["late", "Closed"],
};
const TROUBLE = {
  again: "We have lost the connection and try again. What you write is sent then.",
  offline: "You are offline. What you write is sent when you are back.",
};

const host = framed ? new Host(() => seen()) : null;
const log = new Log($("log"), $("messages"), $("empty"));
let line = null;
let read = 0;
let broken = "";

/** Show how the line is. */
function state(name, words) {
  const [level, title] = STATES[name];
  attr($("state"), "data-level", level);
  say($("state-text"), title);
  broken = name === "closed" ? words : TROUBLE[name] ?? "";
  trouble(broken);
}

function trouble(words) {
  say($("trouble"), words);
  attr($("trouble"), "hidden", words ? null : "");
}

/** Tell that what is on the screen was read: while somebody looks at it. */
function seen() {
  const last = log.heard;
  const looks = document.visibilityState === "visible" && (!host || host.open) && (host || document.hasFocus());
  if (looks && last > read) {
    read = last;
    line?.read(last);
  }
  host?.say({ unread: last > read });
}

/** Begin to talk as a visitor. */
function talk(account, visit, name) {
  attr($("chat"), "data-idle", null);
  $("text").disabled = $("send").disabled = false;
  say($("empty"), "Say hello. We answer here, and you can leave and come back.");
  line = new Line(account.name, visit, {
    welcome: (frame, anew) => {
      log.begin(frame.last_seq, anew);
      read = Math.max(anew ? 0 : read, frame.read);
      seen();
    },
    msg: (frame) => {
      log.add(frame);
      seen();
    },
    refused: (cid, words) => {
      log.refuse(cid);
      trouble(`This was not taken: ${words}`);
    },
    wired: (cid) => log.wired(cid),
    waiting: (waiting) => log.wait(waiting),
    state,
  });
  log.wait(line.waiting);
  line.open(name);
  $("text").focus();
}

function compose() {
  const text = $("text");
  const send = () => {
    if (!line || !text.value.trim()) return;
    trouble(broken);
    line.say(text.value.trim());
    text.value = "";
    text.focus();
  };
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  text.addEventListener("input", () => line?.typing());
}

function aside(accounts, account) {
  const visit = new Anonymous(account.name);
  const again = () => {
    line?.end();
    visit.forget();
    location.reload();
  };
  const begin = (name) => {
    talk(account, visit, name);
    $("side").replaceChildren(el("section", { class: "panel" }, el("h2", { text: "You are in" }), el("p", { class: "muted", text: "Write a message: it waits in the account's queue, on the wallboard, and an agent answers here." })), snippet(account));
  };
  $("side").replaceChildren(start(accounts, account, visit, { onstart: begin, onanew: again }), snippet(account));
  if (visit.known && account.anyone) talk(account, visit);
}

async function begin() {
  document.documentElement.toggleAttribute("data-framed", framed);
  compose();
  state("idle");
  addEventListener("focus", seen);
  document.addEventListener("visibilitychange", seen);
  const name = query.get("account");
  if (framed) {
    attr($("close"), "hidden", null);
    $("close").addEventListener("click", () => host.say({ close: true }));
    addEventListener("keydown", (event) => event.key === "Escape" && host.say({ close: true }));
    talk({ name }, query.get("signed") === null ? new Anonymous(name) : new Signed(host));
    return;
  }
  const { accounts } = await (await fetch("/v1/chat", { cache: "no-store" })).json();
  const account = accounts.find((one) => one.name === name) ?? accounts[0];
  if (account) aside(accounts, account);
  else $("side").replaceChildren(noAccount());
}

begin();
