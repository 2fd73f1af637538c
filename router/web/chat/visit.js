/** Who the visitor is: gets tokens, and the same visitor again. */

import { Problem } from "../api.js";
import { keep, kept } from "./store.js";

/** An anonymous visitor: the router gives the tokens, and knows them again by the last one. */
export class Anonymous {
  #place;

  constructor(account) {
    this.account = account;
    this.#place = `router.chat.${account}`;
  }

  /** Whether somebody was here before. */
  get known() {
    return kept("localStorage", this.#place) !== null;
  }

  /** Get a token; `name` is what a new visitor calls themself. */
  async token(name) {
    const before = kept("localStorage", this.#place);
    try {
      return await this.#ask(before ? { token: before.renew } : name ? { name } : {});
    } catch (problem) {
      if (!before || problem.code !== "unverified") throw problem;
      this.forget();
      return this.#ask({});
    }
  }

  /** Be nobody: the next token is a new visitor's. */
  forget() {
    keep("localStorage", this.#place, null);
  }

  async #ask(body) {
    let response;
    try {
      response = await fetch(`/v1/chat/${encodeURIComponent(this.account)}/token`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        cache: "no-store",
      });
    } catch {
      throw new Problem(0, "no-answer", "the router does not answer");
    }
    const told = await response.json().catch(() => ({}));
    if (!response.ok) throw new Problem(response.status, told.code ?? "refused", told.detail ?? "refused");
    keep("localStorage", this.#place, { renew: told.renew });
    return told.token;
  }
}

/** A visitor whom the company's site signs for: the page around the frame gets the tokens. */
export class Signed {
  known = true;

  constructor(host) {
    this.host = host;
  }

  /** Ask the page around us. */
  token() {
    return this.host.token();
  }

  forget() {}
}
