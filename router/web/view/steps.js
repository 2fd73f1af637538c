/** What to do next, where there is nothing to see yet. */

import { attr, el } from "../dom.js";
import { command, curl } from "./command.js";

const AGENT = { name: "Ada Lovelace", queues: ["default"] };
const EVENT = {
  id: "first-1", source: "shell", channel: "sms", kind: "message", direction: "in", author: "customer",
  customer: { type: "tel", value: "+14155550100" }, text: "Where is my order?",
};

/** Name the next step for a board, or null when all is well. */
export function nextStep(board) {
  const { agents, numbers } = board.agents;
  const work = board.total.waiting + board.total.offered + board.total.active + board.total.wrapping;
  if (agents.length === 0) return "agent";
  if (numbers.free + numbers.busy === 0) return "available";
  return work === 0 && !board.everBusy ? "event" : null;
}

const STEPS = {
  agent: () => [
    "There is no agent yet",
    "Somebody has to take what comes in. Create an agent for the default queue:",
    curl("PUT", "/v1/agents/ada", AGENT),
  ],
  available: ({ agents: { agents } }) => [
    "Nobody is available",
    "Whatever comes in waits. Set an agent available, at a desk or by hand:",
    curl("POST", `/v1/agents/${encodeURIComponent(agents[0].id)}/state`, { state: "available" }),
  ],
  event: () => [
    "All quiet",
    "Nothing waits and nothing is being served. Send a first message and watch it arrive:",
    curl("POST", "/v1/events", EVENT),
  ],
};

/** The panel that names the next step. */
export class Steps {
  #shown = null;
  node = el("section", { class: "panel steps", hidden: true, "aria-label": "Next step" });

  /** Show the step of `board`; made anew only when it is another, so that a selection stays. */
  update(board) {
    const step = nextStep(board);
    if (step === this.#shown) return;
    this.#shown = step;
    attr(this.node, "hidden", step ? null : "");
    if (!step) return;
    const [title, words, line] = STEPS[step](board);
    this.node.replaceChildren(el("h2", { text: title }), el("p", { class: "muted", text: words }), command(line));
  }
}
