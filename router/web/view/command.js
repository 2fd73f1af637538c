/** A command to copy. */

import { el, say } from "../dom.js";

/** Show a command, with a button that copies it. */
export function command(text) {
  const button = el("button", { type: "button", class: "button", text: "Copy" });
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    say(button, "Copied");
    setTimeout(() => say(button, "Copy"), 2000);
  });
  return el("div", { class: "command" }, el("code", { text }), button);
}

/** Write a call of the API as a command; the key is taken from $ROUTER_KEY. */
export function curl(method, path, body) {
  return [
    `curl -X ${method} ${location.origin}${path}`,
    '  -H "Authorization: Bearer $ROUTER_KEY"',
    "  -H 'Content-Type: application/json'",
    `  -d '${JSON.stringify(body)}'`,
  ].join(" \\\n");
}
