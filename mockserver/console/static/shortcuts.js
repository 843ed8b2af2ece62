// Keyboard shortcuts, outside of text fields.

import { open } from "./dialogs.js";
import { fail, h, replace } from "./dom.js";
import { undoLast } from "./undo.js";

const GOES = { s: "scenarios", r: "requests", m: "members", o: "offers", t: "time", e: "events", w: "world" };
const KEYS = [
  ["?", "this list"], ["/", "search what is shown"], ["n", "make a scenario"], ["u", "undo the last change"], ["j k", "next and previous request"],
  ["Esc", "close, or leave the search"], ...Object.entries(GOES).map(([key, view]) => [`g ${key}`, `go to ${view}`]),
];
let begun = 0; // when g was pressed

export function shortcuts(step) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && typing && !typing.closest("dialog")) typing.blur();
    if (typing || document.querySelector("dialog[open]")) return;
    const act = event.timeStamp - begun < 1500 && GOES[event.key] ? () => { location.hash = GOES[event.key]; } : ACTS[event.key];
    begun = event.key === "g" ? event.timeStamp : 0;
    if (!act) return;
    event.preventDefault();
    act(step);
  });
}

const ACTS = {
  "?": showKeys,
  "/": () => [...document.querySelectorAll("input[type=search]")].find((each) => each.checkVisibility())?.focus(),
  n: () => { location.hash = "make"; },
  u: () => undoLast().catch(fail),
  j: (step) => step(1),
  k: (step) => step(-1),
};

export function showKeys() {
  open("Shortcuts", (body) => replace(body, h("dl.keys", KEYS.flatMap(([key, text]) => [
    h("dt", key.split(" ").map((each) => h("kbd", each))), h("dd", text)]))), { kind: "box" });
}
