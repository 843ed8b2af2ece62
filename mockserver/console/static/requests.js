// Live requests: one line each, newest on top.

import { base, download, remove, world } from "./api.js";
import { confirm, copy } from "./dialogs.js";
import { button, h, option, replace, say } from "./dom.js";
import { clockTime, count, kindOf, words } from "./format.js";
import { WindowedList } from "./list.js";
import { on, state } from "./store.js";
import { curlToTry } from "./curl.js";
import { openRequest } from "./drawer.js";

const FILTERS = {
  all: ["All", () => true],
  failed: ["Failed", (row) => row.status >= 400],
  ruled: ["Met a scenario", (row) => row.rule],
  unmatched: ["Not in the API", (row) => !row.operation],
};

export function requestsPane(node) {
  const search = h("input", { type: "search", placeholder: "Search…", "aria-label": "Search requests", oninput: () => draw() });
  const filter = h("select", { "aria-label": "Which requests", onchange: () => draw() }, Object.entries(FILTERS).map(([key, [text]]) => option(key, text)));
  const summary = h("span", { class: "hint", id: "requests-count" });
  const list = new WindowedList({ label: "Requests, newest first", height: 60, make: line });
  const empty = h("div", { class: "empty" });
  let newest = 0;
  replace(node,
    h("div", { class: "title" }, h("h2", { id: "requests-title", tabindex: -1 }, "Requests"), summary, h("span", { class: "grow" }),
      button("HAR", () => download("requests.har", `${world}.har`), { class: "quiet", "aria-label": "Download all as HAR" }),
      button("Clear", clear, { class: "quiet", "aria-label": "Clear the requests" })),
    h("div", { class: "line filters" }, search, filter), empty, list.node);

  async function clear() {
    if (await confirm("Forget all requests?", "The journal of this world is emptied. Data, clock and scenarios stay.", "Forget them")) await remove("requests");
  }

  function draw() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = state.rows.filter((row) => FILTERS[filter.value][1](row) && wanted.every((word) => textOf(row).includes(word)));
    const grown = rows.findIndex((row) => row.id <= newest);
    newest = rows[0]?.id ?? 0;
    say(summary, state.rows.length ? `${count(rows.length, "request")}${rows.length < state.rows.length ? ` of ${state.rows.length}` : ""}` : "");
    list.node.hidden = !rows.length;
    empty.hidden = rows.length > 0;
    if (!rows.length) replace(empty, state.rows.length ? h("p", {}, "No request is like this. Change the search or the choice beside it.") : invitation());
    list.show(rows.length, (index) => rows[index], (row) => row.id, Math.max(0, grown));
  }

  on("requests", draw);
  draw();
}

function textOf(row) {
  row.text ??= [row.method, row.path, row.query, row.status, row.operation, words(row.operation), row.refusal, words(row.refusal), row.rule, row.member_id, row.offer_id].join(" ").toLowerCase();
  return row.text;
}

function invitation() {
  return [h("p", { class: "strong" }, "No request yet"), h("p", {}, "Point your app at"),
    h("p", {}, h("code", {}, base)), h("div", { class: "actions" }, button("Copy the address", () => copy(base, "Address")),
      button("Copy a curl to try", async () => copy(await curlToTry(), "curl command")))];
}

// One line of the journal. The button covers the row.
function line(row) {
  const kind = kindOf(row.status);
  const about = [row.offer_id && `offer ${row.offer_id}`, row.member_id && `member ${row.member_id}`].filter(Boolean).join(" · ");
  const result = row.rule ? h("span", { class: "tag rule" }, row.rule.split("/")[0]) : row.refusal ? h("span", { class: "tag bad" }, words(row.refusal)) : null;
  return h("button", { type: "button", class: `request ${kind}`, onclick: () => openRequest(row.id) },
    h("span", { class: "status" }, String(row.status)),
    h("span", { class: "call" },
      h("span", { class: "name" }, h("b", {}, row.operation ? words(row.operation) : `${row.method} not in the API`), result,
        row.notes.length ? h("span", { class: "tag note" }, count(row.notes.length, "note")) : null),
      h("span", { class: "path" }, `${row.method} ${row.path.replace(`/w/${world}/`, "/")}${row.query ? `?${row.query}` : ""}`)),
    h("span", { class: "when" }, h("span", {}, clockTime(row.at)), h("span", { class: "about" }, about)));
}
