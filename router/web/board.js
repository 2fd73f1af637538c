/** Makes what is shown out of what is known: per channel, per queue and channel, and in all. Pure. */

import { CHANNELS, ordered } from "./channels.js";
import { levelOf, targetOf, worst } from "./levels.js";

/**
 * Give the board of some queues (null: all).
 * @param {import("./live.js").Live} live
 * @param {Set<string> | null} only
 */
export function boardOf(live, only) {
  const ids = [...live.queues.keys()].filter((id) => !only || only.has(id)).sort();
  const seen = ids.flatMap((id) => [...live.queues.get(id).channels.keys()]);
  const names = ordered(new Set([...CHANNELS, ...seen]));
  const cells = new Map(ids.map((id) => [id, new Map(names.map((name) => [name, cell(live, id, name)]))]));
  const channels = new Map(names.map((name) => [name, channel(live, ids, name, cells)]));
  const total = live.sum(ids);
  return { queues: ids, names, cells, channels, total, oldest: live.since(total.oldestAt), agents: agentsOf(live) };
}

function cell(live, id, name) {
  const depth = live.sum([id], name);
  const oldest = live.since(depth.oldestAt);
  const target = targetOf(live.queues.get(id).profile, name);
  return { depth, oldest, target, level: levelOf(oldest, target) };
}

/** A channel is as late as the latest of its queues; the age shown is of the one that is most urgent. */
function channel(live, ids, name, cells) {
  const mine = ids.map((id) => cells.get(id).get(name));
  const level = worst(mine.map((one) => one.level));
  const waiting = mine.filter((one) => one.oldest !== null);
  const urgent = waiting.sort((a, b) => b.oldest / b.target - a.oldest / a.target)[0];
  const target = urgent?.target ?? Math.min(...mine.map((one) => one.target), Infinity);
  return {
    depth: live.sum(ids, name),
    oldest: urgent?.oldest ?? null,
    target: Number.isFinite(target) ? target : 60,
    level,
  };
}

/** What agents are doing: a state, or busy, which is a fact of what they hold. */
export const DOING = ["free", "busy", "away", "offline"];

/** Tell what an agent is doing. */
export function doing({ state, load }) {
  if (state !== "available") return state;
  return load > 0 ? "busy" : "free";
}

/** Those at work stand together: a line that moved with every call could not be read. */
function shelf(agent) {
  return Math.max(1, DOING.indexOf(agent.doing));
}

function agentsOf(live) {
  const agents = [...live.agents.values()].map((agent) => ({ ...agent, doing: doing(agent), for: live.since(agent.since) }));
  agents.sort((a, b) => shelf(a) - shelf(b) || a.id.localeCompare(b.id));
  const numbers = Object.fromEntries(DOING.map((word) => [word, agents.filter((agent) => agent.doing === word).length]));
  return { agents, numbers };
}
