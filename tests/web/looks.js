// What a person with poor eyes, a keyboard or a large thumb would trip over, in the page as it stands now.
() => {
  const LEAST_CONTRAST = 4.5, LEAST_TARGET = 24;
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  /** A colour as the screen shows it over another: three numbers of 0 to 255. */
  function over(colour, ground) {
    paint.fillStyle = `rgb(${ground.join(" ")})`;
    paint.fillRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  }

  function groundOf(node) {
    const chain = [];
    for (let at = node; at; at = at.parentElement) chain.unshift(getComputedStyle(at).backgroundColor);
    return chain.reduce((ground, colour) => over(colour, ground), [255, 255, 255]);
  }

  /** Relative luminance, WCAG 2.2. */
  function light(rgb) {
    const [r, g, b] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(one, other) {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  }

  const shown = (node) => node.checkVisibility({ visibilityProperty: true }) && !node.closest(".unseen, .skip");
  const name = (node) => `${node.tagName.toLowerCase()}.${node.className.baseVal ?? node.className} "${node.textContent.trim().slice(0, 30)}"`;
  const faults = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let texts = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !shown(node) || node.closest("svg, script, noscript")) continue;
    texts += 1;
    const ground = groundOf(node);
    const found = contrast(over(getComputedStyle(node).color, ground), ground);
    if (found < LEAST_CONTRAST) faults.push(`contrast ${found.toFixed(2)}: ${name(node)}`);
  }
  for (const node of document.querySelectorAll("a, button, input, summary, [tabindex='0']")) {
    if (!shown(node)) continue;
    const { width, height } = node.getBoundingClientRect();
    const thumb = node.closest("label")?.getBoundingClientRect() ?? { width, height };
    if (Math.max(width, thumb.width) < LEAST_TARGET || Math.max(height, thumb.height) < LEAST_TARGET) faults.push(`small: ${name(node)}`);
    const named = node.getAttribute("aria-label") || node.getAttribute("aria-labelledby") || node.textContent.trim() || node.labels?.length;
    if (!named) faults.push(`nameless: ${name(node)}`);
  }
  for (const node of document.querySelectorAll("img:not([alt]), [role=img]:not(:has(title)):not([aria-label])")) faults.push(`no words: ${name(node)}`);
  for (const node of document.querySelectorAll("[aria-labelledby], [aria-describedby]")) {
    for (const id of `${node.getAttribute("aria-labelledby") ?? ""} ${node.getAttribute("aria-describedby") ?? ""}`.trim().split(" ")) {
      if (!document.getElementById(id)) faults.push(`points nowhere: ${id}`);
    }
  }
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  faults.push(...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `twice: #${id}`));
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  if (!document.documentElement.lang) faults.push("no language");
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`wider than the window: ${document.documentElement.scrollWidth}`);
  return { texts, faults };
}
