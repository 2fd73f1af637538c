/** The channels: their order on every board, names, drawings, and which labels belong to which. */

import { svg } from "./dom.js";

export const CHANNELS = ["voice", "chat", "sms", "social", "email"];

const NAMES = {
  voice: "Voice", chat: "Chat", sms: "SMS", social: "Social", email: "E-mail",
  pstn: "Phone", sip: "SIP", video: "Video", whatsapp: "WhatsApp", whatsapp_call: "WhatsApp call",
  messenger: "Messenger", instagram: "Instagram", social_dm: "Social DM", webform: "Web form",
  rcs: "RCS", telegram: "Telegram", line: "LINE", slack: "Slack",
};

/** The channel that a label (a medium, or the channel's own name) belongs to. */
const LABELS = {
  pstn: "voice", sip: "voice", video: "voice", whatsapp_call: "voice", webform: "email", rcs: "sms",
  whatsapp: "social", messenger: "social", instagram: "social", social_dm: "social", telegram: "social",
  line: "social", slack: "social",
};

const DRAWN = {
  voice: "M6.5 3.5h3l1.5 4-2 1.5a11 11 0 0 0 6 6l1.5-2 4 1.5v3a2 2 0 0 1-2.2 2A17 17 0 0 1 4.500 5.700 2 2 0 0 1 6.500 3.500z",
  chat: "M4 5.500h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-8.500L7 20.500v-4H4a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zM8 11h.01M12 11h.01M16 11h.01",
  sms: "M8 2.500h8a1.500 1.500 0 0 1 1.500 1.500v16a1.500 1.500 0 0 1-1.500 1.500H8A1.500 1.500 0 0 1 6.500 20V4A1.500 1.500 0 0 1 8 2.500zM10 7.500h4M10 10.500h4M11.500 18h1",
  social: "M12 20.500l-1.300-1.200C6 15 3 12.300 3 8.900A4.700 4.700 0 0 1 7.700 4.200c1.700 0 3.300.8 4.300 2.100a5.400 5.400 0 0 1 4.300-2.100A4.700 4.700 0 0 1 21 8.900c0 3.400-3 6.100-7.700 10.400z",
  email: "M4 5.500h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1zM3.500 7l8.500 6.500L20.500 7",
};

/** Name a channel or a label; an unknown one as it is written. */
export function named(label) {
  return NAMES[label] ?? label;
}

/** Give the channel of a label. */
export function channelOf(label) {
  return LABELS[label] ?? label;
}

/** Draw a channel; its name must stand beside it. */
export function icon(label) {
  const path = DRAWN[channelOf(label)] ?? DRAWN.chat;
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, svg("path", { d: path }));
}

/** Put known channels first, in our order, then any others by name. */
export function ordered(names) {
  const place = (name) => (CHANNELS.includes(name) ? CHANNELS.indexOf(name) : CHANNELS.length);
  return [...names].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}
