// Toasts, questions and side sheets.

import { ApiError, ask } from "./api.js";
import { button, field, h, replace } from "./dom.js";

// One notice at a time: a new one replaces it. `action` is [label, function].
export function toast(text, kind = "", action = null) {
  const note = h("p", { class: `toast ${kind}` }, h("span", text));
  if (action) note.append(button(action[0], () => { note.remove(); return action[1](); }));
    // the page outside an open dialog is inert
  const place = [...document.querySelectorAll("dialog[open] > .toasts")].at(-1) ?? document.getElementById("toasts");
  place.replaceChildren(note);
  setTimeout(() => note.remove(), action || kind === "bad" ? 9000 : 4000);
}

export function explain(problem) {
  if (problem instanceof ApiError) return [problem.message, problem.hint].filter(Boolean).join(" — ");
  return String(problem?.message ?? problem);
}

document.addEventListener("problem", ({ detail }) => toast(explain(detail), "bad"));

// Opens a dialog; fill(body, close) makes its content. It is removed when closed.
export function open(title, fill, { kind = "sheet", onclose = () => {} } = {}) {
  const body = h("div.dialog-body");
  const heading = h("h2", { id: "dialog-title", tabindex: -1 }, title);
  const dialog = h("dialog", { class: kind, "aria-labelledby": "dialog-title" },
    h("header", heading, button("Close", () => dialog.close(), { class: "quiet" })), body,
    h("div.toasts", { role: "status" }));
  dialog.addEventListener("close", () => {
    const said = dialog.querySelector(".toast");
    if (said) document.getElementById("toasts").replaceChildren(said);
    dialog.remove();
    onclose();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  fill(body, () => dialog.close(), heading);
  dialog.showModal();
  if (!dialog.querySelector("[autofocus]")) heading.focus();
  return dialog;
}

// Returns true if the user confirms.
export function confirm(title, text, verb, kind = "danger") {
  return new Promise((done) => {
    open(title, (body, close) => {
      let sure = false;
      replace(body, h("p", text), h("div.actions",
        button(verb, () => { sure = true; close(); }, { class: kind }),
        button("Cancel", close, { autofocus: true })));
      body.closest("dialog").addEventListener("close", () => done(sure));
    }, { kind: "box" });
  });
}

ask.token = (wrong) => new Promise((done) => {
  open("This server asks for its control token", (body, close) => {
    const input = h("input", { type: "password", autocomplete: "off", required: true, autofocus: true });
    const form = h("form", { onsubmit: (event) => { event.preventDefault(); done(input.value); close(); } },
      wrong && h("p.problem", { role: "alert" }, "That token was not accepted."),
      field("Control token", input, "Whoever started the server chose it by --control-token. It is kept until this tab closes."),
      h("div.actions", h("button.primary", "Go on")));
    replace(body, form);
  }, { kind: "box", onclose: () => done("") }); // without a token the next call asks again
});

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // plain http on another host than localhost has no clipboard
    const area = h("textarea.away", { value: text });
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(`${what} copied`);
}
