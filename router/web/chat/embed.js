/**
 * Puts the chat on a page: a button, and a frame that opens beside it.
 *
 *   <script src="https://router.example/chat/embed.js" data-account="main" async></script>
 *
 * data-label: the words of the button. data-token-url: an address of the page's own site that answers with
 * {"token": "…"} for the visitor it knows; without it the visitor is anonymous.
 */
(() => {
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const { account = "", label = "Chat", tokenUrl } = script.dataset;
  const look = {
    button: { position: "fixed", right: "20px", bottom: "20px", zIndex: 2147483000, minHeight: "52px", padding: "0 22px", border: "2px solid #ffffff", borderRadius: "26px", background: "#23617d", color: "#ffffff", font: "600 16px/1 system-ui, sans-serif", boxShadow: "0 6px 24px rgb(0 0 0 / 0.25)", cursor: "pointer" },
    frame: { position: "fixed", right: "20px", bottom: "84px", zIndex: 2147483001, width: "min(400px, calc(100vw - 40px))", height: "min(640px, calc(100vh - 110px))", border: "1px solid rgb(127 127 127 / 0.4)", borderRadius: "18px", boxShadow: "0 18px 60px rgb(0 0 0 / 0.3)", colorScheme: "light dark", background: "Canvas" },
    small: { right: "0", bottom: "0", width: "100vw", height: "100dvh", border: "0", borderRadius: "0" },
  };
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-haspopup", "dialog");
  Object.assign(button.style, look.button);
  let frame = null;
  let open = false;

  function make() {
    const where = new URLSearchParams({ account, framed: "" });
    if (tokenUrl) where.set("signed", "");
    frame = document.createElement("iframe");
    frame.src = `${origin}/chat?${where}`;
    frame.title = label;
    frame.addEventListener("load", () => tell({ open }));
    document.body.append(frame);
  }

  function show(wanted) {
    open = wanted;
    if (open && !frame) make();
    const small = matchMedia("(max-width: 520px)").matches;
    Object.assign(frame.style, look.frame, small ? look.small : {}, { display: open ? "block" : "none" });
    button.setAttribute("aria-expanded", String(open));
    if (open) mark(false);
    tell({ open });
    (open ? frame : button).focus();
  }

  function tell(said) {
    frame.contentWindow?.postMessage({ to: "router-chat", ...said }, origin);
  }

  function mark(unread) {
    button.textContent = unread ? `${label} •` : label;
    button.setAttribute("aria-label", unread ? `${label}, a new message` : label);
  }

  async function token() {
    try {
      const answer = await fetch(tokenUrl, { credentials: "same-origin", cache: "no-store" });
      if (!answer.ok) throw new Error(`the site answers ${answer.status}`);
      tell({ token: (await answer.json()).token });
    } catch (problem) {
      tell({ problem: String(problem.message) });
    }
  }

  button.addEventListener("click", () => show(!open));
  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
    const { from, close, unread, want } = event.data ?? {};
    if (from !== "router-chat") return;
    if (close) show(false);
    if (typeof unread === "boolean" && !open) mark(unread);
    if (want === "token" && tokenUrl) token();
  });
  const put = () => document.body.append(button);
  if (document.body) put();
  else addEventListener("DOMContentLoaded", put);
})();
