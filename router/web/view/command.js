/** A command to copy. */

import { el, say } from "../dom.js";

/** Show a command, with a button that copies it where the browser lets a page do that (not over plain HTTP afar). */
export function command(text) {
  const code = el("code", { text });
  if (!navigator.clipboard) return el("div", { class: "command" }, code);
  const button = el("button", { type: "button", class: "button", text: "Copy" });
  button.addEventListener("click", async () => {
    const copied = await navigator.clipboard.writeText(text).then(() => true, () => false);
    say(button, copied ? "Copied" : "Not allowed");
    setTimeout(() => say(button, "Copy"), 2000);
  });
  return el("div", { class: "command" }, code, button);
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
