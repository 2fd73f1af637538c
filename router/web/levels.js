/** How near a queue is to breaking its promise: pure, from depth, age and target. */

import { channelOf } from "./channels.js";

/** Seconds until an item should be answered where its queue names no target: those of router/policy/due.py. */
export const TARGETS_S = { voice: 20, chat: 60, sms: 600, social: 600, email: 14400 };

/** The share of its target that the oldest may have used before we warn. */
export const SOON = 0.7;

/** What each level is called. The order is that of urgency. */
export const WORDS = { quiet: "quiet", good: "on time", soon: "due soon", late: "late" };

const ORDER = Object.keys(WORDS);

/** Give the strictest promise a queue makes on a channel, in seconds. */
export function targetOf(profile, channel) {
  const named = Object.entries(profile?.targets ?? {}).filter(([label]) => channelOf(label) === channel);
  return named.length ? Math.min(...named.map(([, seconds]) => seconds)) : (TARGETS_S[channel] ?? 600);
}

/** Give the level: nobody waits, or the oldest has used so much of the target. `oldest` in seconds or null. */
export function levelOf(oldest, target) {
  if (oldest === null) return "quiet";
  if (oldest >= target) return "late";
  return oldest >= SOON * target ? "soon" : "good";
}

/** Give the most urgent of some levels. */
export function worst(levels) {
  return ORDER[Math.max(0, ...[...levels].map((level) => ORDER.indexOf(level)))];
}
