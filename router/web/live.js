/** What is known of queues and agents: a snapshot, then absolute facts. No fact is ever added to another. */

const STATES = ["waiting", "offered", "active", "wrapping", "scheduled"];

/** An empty depth. */
function nothing() {
  return { waiting: 0, offered: 0, active: 0, wrapping: 0, scheduled: 0, oldestAt: null };
}

/** Queues, agents, and what time it is at the server. */
export class Live {
  queues = new Map();
  agents = new Map();
  known = false;
  #ahead = 0;

  /** Give the server's time now, in ms; our own clock may be wrong. */
  now() {
    return Date.now() + this.#ahead;
  }

  /** Take a message of the feed; true when it names something of which we lack the settings. */
  take(topic, fact) {
    if (topic === "reset") this.#anew(fact);
    else if (topic === "depth") return this.#depth(fact);
    else if (topic === "agent") return this.#agent(fact);
    return false;
  }

  /** Take settings (GET /v1/queues and /v1/agents) without touching what is live. */
  settle(queues, agents) {
    for (const { id, profile } of queues) this.#queue(id).profile = profile;
    for (const { id, name } of agents) {
      if (this.agents.has(id)) this.agents.get(id).name = name;
    }
  }

  /** Sum the depth of some queues on one channel, or on all (null). */
  sum(queues, channel = null) {
    const total = nothing();
    for (const id of queues) {
      for (const [name, depth] of this.queues.get(id)?.channels ?? []) {
        if (channel !== null && name !== channel) continue;
        for (const state of STATES) total[state] += depth[state];
        if (depth.oldestAt !== null) total.oldestAt = Math.min(total.oldestAt ?? Infinity, depth.oldestAt);
      }
    }
    return total;
  }

  /** Give the seconds since a moment of the server, null for none. */
  since(at) {
    return at === null ? null : Math.max(0, (this.now() - at) / 1000);
  }

  #anew({ queues, agents, as_of: asOf }) {
    const now = Date.parse(asOf);
    this.#ahead = now - Date.now();
    this.queues.clear();
    this.agents.clear();
    for (const queue of queues) {
      const mine = this.#queue(queue.id);
      mine.profile = queue.profile;
      for (const [channel, depth] of Object.entries(queue.channels)) {
        const oldestAt = depth.oldest_s === null || depth.oldest_s === undefined ? null : now - depth.oldest_s * 1000;
        mine.channels.set(channel, { ...nothing(), ...counts(depth), oldestAt });
      }
    }
    for (const agent of agents) this.agents.set(agent.id, { ...agent, since: Date.parse(agent.since) });
    this.known = true;
  }

  #queue(id) {
    if (!this.queues.has(id)) this.queues.set(id, { id, profile: null, channels: new Map() });
    return this.queues.get(id);
  }

  #depth(fact) {
    const queue = this.#queue(fact.queue);
    const oldestAt = fact.oldest_at ? Date.parse(fact.oldest_at) : null;
    queue.channels.set(fact.channel, { ...nothing(), ...counts(fact), oldestAt });
    return queue.profile === null;
  }

  #agent(fact) {
    const before = this.agents.get(fact.id);
    const { id, state, reason = null, load } = fact;
    this.agents.set(id, { ...before, id, state, reason, load, since: Date.parse(fact.since_at) });
    return before === undefined;
  }
}

function counts(depth) {
  return Object.fromEntries(STATES.map((state) => [state, depth[state] ?? 0]));
}
