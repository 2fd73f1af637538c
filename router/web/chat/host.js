/** The page around the frame: it opens and closes us, and gets tokens of its own site. */

const WAIT_MS = 10_000;

/** Talks with the page around us. The browser lets only pages of the account's origins be that. */
export class Host {
  #wanted = null;

  /** Say whether the frame is open; it begins so. */
  open = true;

  constructor(onopen) {
    addEventListener("message", ({ source, data }) => {
      if (source !== parent || data?.to !== "router-chat") return;
      if (typeof data.open === "boolean") onopen((this.open = data.open));
      if (typeof data.token === "string") this.#wanted?.resolve(data.token);
      if (typeof data.problem === "string") this.#wanted?.reject(new Error(data.problem));
    });
  }

  /** Tell it something that anybody may know. */
  say(said) {
    parent.postMessage({ from: "router-chat", ...said }, "*");
  }

  /** Have it get a token from its site. */
  token() {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("the site gives no token")), WAIT_MS);
      const done = (settle) => (value) => {
        clearTimeout(late);
        settle(value);
      };
      this.#wanted = { resolve: done(resolve), reject: done(reject) };
      this.say({ want: "token" });
    });
  }
}
