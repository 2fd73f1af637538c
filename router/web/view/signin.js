/** The form that asks for a key. */

import { el } from "../dom.js";
import { command } from "./command.js";

const MAKE = `curl -X POST ${location.origin}/v1/keys \\
  -H "Authorization: Bearer $ROUTER_ADMIN_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"role":"supervisor","name":"wallboard"}'`;

/** Ask for a key; `words` say why, where one was refused. `taken` gets the key. */
export function signin(taken, words = "") {
  const field = el("input", { id: "key", type: "password", autocomplete: "off", spellcheck: "false", required: true, maxlength: 256, "aria-describedby": "key-why" });
  const form = el(
    "form",
    {},
    el("label", { for: "key", text: "API key of a supervisor" }),
    el("div", { class: "signin-row" }, field, el("button", { class: "button main", text: "Open the board" })),
    el("p", { id: "key-why", class: words ? "refused" : "muted small", role: words ? "alert" : null, text: words || "It stays in this tab and is gone when you close it." }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (field.value.trim()) taken(field.value);
  });
  return el(
    "section",
    { class: "panel signin", "aria-labelledby": "signin-title" },
    el("h2", { id: "signin-title", text: "Who is looking?" }),
    form,
    el("details", {}, el("summary", { text: "Make such a key" }), el("p", { class: "muted small", text: "With the admin key of ROUTER_ADMIN_KEY, or the one that the first start printed:" }), command(MAKE)),
  );
}
