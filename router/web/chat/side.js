/** What stands beside the chat where somebody tries it: who to be, how to put it on a site, what to do first. */

import { el } from "../dom.js";
import { command } from "../view/command.js";

const TOML = `[channels.chat.web.main]
secret_env = "ROUTER_CHAT_SECRET"      # 32 random characters or more
origins = ["https://shop.example"]     # the sites that show it
anyone = true                          # let in whoever comes
queue = "default"                      # where they wait`;

/** Draw what to do where there is no account yet. */
export function noAccount() {
  return el(
    "section", { class: "panel" },
    el("h2", { text: "There is no web chat account yet" }),
    el("p", { class: "muted", text: "Add these lines to the configuration, start the router again, and reload this page:" }),
    command(TOML),
  );
}

/** Draw the choice of account and name. `start`: what to do with them. */
export function start(accounts, chosen, visit, { onstart, onanew }) {
  const list = el("select", { id: "account" }, ...accounts.map(({ name }) => el("option", { value: name, text: name, selected: name === chosen.name })));
  const name = el("input", { id: "name", maxlength: "80", autocomplete: "given-name", placeholder: "Ada" });
  list.addEventListener("change", () => location.assign(`?account=${encodeURIComponent(list.value)}`));
  const form = el(
    "form", { class: "panel", id: "start" },
    el("h2", { text: "Try it" }),
    accounts.length > 1 ? el("div", { class: "field" }, el("label", { for: "account", text: "Account" }), list) : null,
    ...(chosen.anyone ? entry(visit, name, onanew) : [closed(chosen)]),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onstart(name.value.trim());
  });
  return form;
}

/** Draw what puts the chat on a site. */
export function snippet(account) {
  const more = account.anyone ? "" : ` data-token-url="/chat-token"`;
  return el(
    "section", { class: "panel" },
    el("h2", { text: "Put it on your site" }),
    el("p", { class: "muted", text: "One line before </body>. The address of your site must stand in the account's origins." }),
    command(`<script src="${location.origin}/chat/embed.js" data-account="${account.name}"${more} async></script>`),
  );
}

function entry(visit, name, onanew) {
  if (!visit.known) {
    return [
      el("div", { class: "field" }, el("label", { for: "name", text: "Your name, if you like" }), name),
      el("div", { class: "row" }, el("button", { class: "button main", text: "Start the chat" })),
    ];
  }
  return [
    el("p", { class: "muted", text: "You were here before: the chat goes on where it was." }),
    el("div", { class: "row" }, el("button", { type: "button", class: "button", text: "Begin as somebody else", onclick: onanew })),
  ];
}

function closed({ name }) {
  const words = "lets in whom your site signs a token for. Let it answer at an address of its own with {\"token\": …}, an HS256 JWT with sub, workspace and exp, or set anyone = true to try it here.";
  return el("p", { class: "muted", text: `The account ${name} ${words}` });
}
