/** Elements as expressions. Text is always text: nothing here reads HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** h("p.soft#id", {title, onclick, hidden}, "text", element, [more], null) */
export function h(what, props = {}, ...kids) {
  return fill(document.createElement(nameOf(what)), what, props, kids);
}

/** The same for drawings. */
export function s(what, props = {}, ...kids) {
  return fill(document.createElementNS(SVG, nameOf(what)), what, props, kids);
}

function nameOf(what) {
  return what.split(/[.#]/)[0] || "div";
}

function fill(element, what, props, kids) {
  for (const part of what.match(/[.#][^.#]+/g) ?? []) {
    if (part[0] === "#") element.id = part.slice(1);
    else element.classList.add(part.slice(1));
  }
  for (const [key, value] of Object.entries(props)) set(element, key, value);
  element.append(...kids.flat(2).filter((kid) => kid !== null && kid !== undefined && kid !== false));
  return element;
}

function set(element, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
  else if (key === "class") element.classList.add(...value.split(" ").filter(Boolean));
  else if (key === "data") Object.assign(element.dataset, value);
  else if (key === "value" || key === "checked") element[key] = value;
  else element.setAttribute(key, value === true ? "" : String(value));
}

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Put new content into an element, without losing where the keyboard was if it stays. */
export function show(element, ...kids) {
  element.replaceChildren(...kids.flat(2).filter((kid) => kid !== null && kid !== undefined && kid !== false));
}

/** Say in an element what went wrong, with the way to the place where that can be mended. */
export function complain(element, error) {
  const way = error?.place && $(`.places a[href$="/${error.place}"]:not([aria-current])`);
  show(element, error?.message ?? "", way && [" ", h("a", { href: way.href }, way.textContent)]);
  element.hidden = !error?.message;
}

/** Run what a button asks for once: it is disabled until that is done, whatever the outcome. */
export async function once(button, work) {
  if (button.disabled) return;
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    return await work();
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}
