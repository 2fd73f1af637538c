/** Making and changing elements. Text is only ever set as text; nothing here takes markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. `props`: attributes, `text`, and listeners as `onclick`.
 * @param {string} tag
 * @param {Record<string, unknown>} [props]
 * @param {...(Node | string | null | undefined)} children
 * @returns {HTMLElement}
 */
export function el(tag, props = {}, ...children) {
  return filled(document.createElement(tag), props, children);
}

/**
 * Make an element of SVG.
 * @returns {SVGElement}
 */
export function svg(tag, props = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), props, children);
}

/** Change an attribute, or take it away (null); untouched when it is so already. */
export function attr(node, name, value) {
  const wanted = value === null || value === undefined || value === false ? null : String(value);
  if (node.getAttribute(name) === wanted) return;
  if (wanted === null) node.removeAttribute(name);
  else node.setAttribute(name, wanted);
}

/** Change the text of a node; untouched when it says so already, so that nothing is laid out anew. */
export function say(node, text) {
  const wanted = String(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}

/**
 * Keep one child of `parent` for each key, in this order; make what is missing, drop what is gone.
 * @template T
 * @param {Element} parent
 * @param {Map<string, T>} kept the children so far, changed here
 * @param {Iterable<string>} keys
 * @param {(key: string) => T & {node: Element}} make
 */
export function keyed(parent, kept, keys, make) {
  const wanted = [...keys];
  const gone = new Set(kept.keys());
  for (const key of wanted) gone.delete(key);
  for (const key of gone) {
    kept.get(key).node.remove();
    kept.delete(key);
  }
  wanted.forEach((key, index) => {
    if (!kept.has(key)) kept.set(key, make(key));
    const { node } = kept.get(key);
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
}

function filled(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (name === "text") node.textContent = String(value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else attr(node, name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}
