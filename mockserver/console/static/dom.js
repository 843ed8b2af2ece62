// Makes elements. Text is set as text: nothing from fixtures or apps is parsed as markup.

const SVG = "http://www.w3.org/2000/svg";

// h("button.quiet", {onclick: f, "aria-label": "…"}, "text", otherNode); the attributes may be left out
export function h(kind, attributes, ...children) {
  const [tag, ...classes] = kind.split(".");
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(" ");
  const given = attributes && Object.getPrototypeOf(attributes) === Object.prototype;
  return fill(node, given ? attributes : {}, given ? children : [attributes, ...children]);
}

export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) set(node, name, value);
  node.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function set(node, name, value) {
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "value" || name === "checked") node[name] = value;
  else if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}

// Sets a node's text only if it differs, to not disturb screen readers and selections.
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function replace(node, ...children) {
  node.replaceChildren(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
}

export function button(text, onclick, attributes = {}) {
  return h("button", { type: "button", onclick: (event) => busy(event.currentTarget, onclick), ...attributes }, text);
}

// Reports errors; set by dialogs.js.
export const fail = (detail) => document.dispatchEvent(new CustomEvent("problem", { detail }));

// Runs an action once at a time, and reports errors.
export async function busy(node, action) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  try {
    await action();
  } catch (problem) {
    fail(problem);
  } finally {
    node.removeAttribute("aria-busy");
  }
}

let fields = 0;

// A labelled control: field("Stock", h("input"), "what it means")
export function field(label, control, hint) {
  const id = `field-${++fields}`;
  control.id = id;
  if (hint) control.setAttribute("aria-describedby", `${id}-hint`);
  return h("div", { class: "field" }, h("label", { for: id }, label), control, hint && h("p", { class: "hint", id: `${id}-hint` }, hint));
}

export function option(value, text, chosen) {
  return h("option", { value, selected: chosen }, text);
}

// A line of text that no browser corrects or completes.
export const textInput = (attributes) => h("input", { type: "text", spellcheck: "false", autocomplete: "off", ...attributes });

export const nameInput = (attributes) => textInput({ pattern: "[A-Za-z0-9._\\-]{1,64}", title: "Letters, digits, dots, underscores, hyphens", required: true, ...attributes });

export const searchInput = (placeholder, label, oninput) => h("input", { type: "search", placeholder, "aria-label": label, oninput });

export const toggle = (label) => h("button", { role: "switch", class: "switch", "aria-labelledby": label });

export const form = (kind, control, action, ...children) => h(kind, { onsubmit: (event) => { event.preventDefault(); busy(control, action); } }, children);

export function later(ms, action) {
  let timer = 0;
  return () => {
    if (!timer) timer = setTimeout(() => { timer = 0; action(); }, ms);
  };
}
