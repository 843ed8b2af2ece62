// Live requests: one line each, newest on top, chosen by words, chips and facets.

import { base, download, remove, world } from "./api.js";
import { confirm, copy } from "./dialogs.js";
import { button, h, option, replace, say, searchInput, set } from "./dom.js";
import { clockTime, count, kindOf, words } from "./format.js";
import { WindowedList } from "./list.js";
import { on, state } from "./store.js";

const wide = matchMedia("(min-width: 68rem)"); // the list and a request beside each other
const CHIPS = {
  failed: ["Failed", (row) => row.status >= 400],
  lost: ["Lost", isLost],
  ruled: ["Met a rule", (row) => row.rule],
  unmatched: ["Not in the API", (row) => !row.operation],
};
const FACETS = {
  status: ["Any status", (row) => row.status], operation: ["Any operation", (row) => row.operation],
  member_id: ["Any member", (row) => row.member_id], rule: ["Any rule", (row) => row.rule],
};

// The app did not receive the whole response.
export function isLost(row) {
  return !row.delivered && row.wire?.includes("yet") === false;
}

// Returns the step of `j` and `k`.
export function requestsPane(node) {
  const search = searchInput("Search…", "Search requests", () => draw());
  const chips = Object.entries(CHIPS).map(([key, [text]]) => h("button", { class: "filter", "data-key": key, "aria-pressed": "false", onclick: ({ currentTarget: chip }) => {
    set(chip, "aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
    draw();
  } }, text, h("span.number")));
  const facets = Object.entries(FACETS).map(([key, [text]]) => h("select", { "aria-label": text.replace("Any", "By"), "data-key": key, onchange: () => draw() }, option("", text)));
  const summary = h("span.hint", { id: "requests-count" });
  const list = new WindowedList({ label: "Requests, newest first", height: 52, make: line });
  const empty = h("div.empty");
  let newest = 0;
  let rows = [];
  replace(node,
    h("div.title", h("h2", { id: "requests-title", tabindex: -1 }, "Requests"), summary, h("span.grow"),
      button("HAR", () => download("requests.har", `${world}.har`), { class: "quiet", "aria-label": "Download all as HAR" }),
      button("Clear", clear, { class: "quiet", "aria-label": "Clear the requests" })),
    h("div.filters", search, h("div.line", facets), h("div.line.wrap", { role: "group", "aria-label": "Which requests" }, chips)), empty, list.node);
    // in this view the arrow keys select rows
  list.node.addEventListener("focusin", ({ target }) => document.body.dataset.view === "requests" && wide.matches && target.dataset.id && choose(Number(target.dataset.id)));

  async function clear() {
    if (await confirm("Forget all requests?", "The journal of this world is emptied. Data, clock and scenarios stay.", "Forget them")) await remove("requests");
  }

  function draw() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const pressed = chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => CHIPS[chip.dataset.key][1]);
    const values = facets.filter((facet) => facet.value).map((facet) => [FACETS[facet.dataset.key][1], facet.value]);
    rows = state.rows.filter((row) => pressed.every((test) => test(row)) && values.every(([of, value]) => String(of(row)) === value) && wanted.every((word) => textOf(row).includes(word)));
    for (const chip of chips) say(chip.lastChild, String(state.rows.filter(CHIPS[chip.dataset.key][1]).length || ""));
    facets.forEach(offer);
    const grown = rows.findIndex((row) => row.id <= newest);
    newest = rows[0]?.id ?? 0;
    say(summary, state.rows.length ? `${count(rows.length, "request")}${rows.length < state.rows.length ? ` of ${state.rows.length}` : ""}` : "");
    list.node.hidden = !rows.length;
    empty.hidden = rows.length > 0;
    if (!rows.length) replace(empty, state.rows.length ? [h("p", "No request is like this."), button("Show all", showAll)] : invitation());
    list.show(rows.length, (index) => rows[index], (row) => row.id, Math.max(0, grown));
    mark();
  }

  function showAll() {
    search.value = "";
    for (const facet of facets) facet.value = "";
    for (const chip of chips) set(chip, "aria-pressed", "false");
    draw();
  }

  function offer(facet) {
    const of = FACETS[facet.dataset.key][1];
    const found = [...new Set([...state.rows.map(of).filter(Boolean).map(String), ...(facet.value ? [facet.value] : [])])].sort();
    const known = found.join("\n");
    facet.hidden = !found.length;
    if (facet.known === known) return;
    facet.known = known;
    const chosen = facet.value;
    replace(facet, option("", FACETS[facet.dataset.key][0]), found.map((value) => option(value, words(value), value === chosen)));
  }

  function mark() {
    for (const each of list.node.querySelectorAll("[data-id]")) set(each, "aria-current", Number(each.dataset.id) === state.chosen ? "true" : null);
  }

  function step(by) {
    const at = rows.findIndex((row) => row.id === state.chosen);
    const next = at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by));
    if (!rows[next]) return;
    choose(rows[next].id);
    list.reveal(next);
    mark();
  }

  on("requests", draw);
  on("chosen", mark);
  draw();
  return step;
}

function choose(id) {
  if (id !== state.chosen) location.hash = `requests/${id}`;
}

function textOf(row) {
  row.text ??= [row.id, row.method, row.path, row.query, row.status, row.operation, words(row.operation), row.refusal, words(row.refusal), row.rule, row.fault, row.wire, isLost(row) && "lost",
    row.member_id && `member ${row.member_id}`, row.offer_id && `offer ${row.offer_id}`].join(" ").toLowerCase();
  return row.text;
}

function invitation() {
  return [h("p.strong", "No request yet"), h("p", "Point your app at"),
    h("p", h("code", base)), h("div.actions", button("Copy the address", () => copy(base, "Address")),
      button("Copy a curl to try", async () => copy(await (await import("./curl.js")).curlToTry(), "curl command")),
      h("a.button", { href: `${base}/connect` }, "Connect a phone"))];
}

function line(row) {
  const kind = isLost(row) ? "lost" : kindOf(row.status);
  const about = [row.offer_id && `offer ${row.offer_id}`, row.member_id && `member ${row.member_id}`].filter(Boolean).join(" · ");
  const result = [row.wire && h(isLost(row) ? "span.tag.bad" : "span.tag.note", { title: row.wire }, row.wire),
    row.rule ? h("span.tag.rule", row.rule.split("/")[0]) : row.refusal ? h("span.tag.bad", words(row.refusal)) : null];
  return h("a", { href: `#requests/${row.id}`, class: `request ${kind}`, "data-id": row.id, "aria-current": row.id === state.chosen ? "true" : null },
    h("span.status", isLost(row) ? "—" : String(row.status)),
    h("span.call",
      h("span.name", h("b", row.operation ? words(row.operation) : `${row.method} not in the API`), result,
        row.notes.length ? h("span.tag.note", count(row.notes.length, "note")) : null),
      h("span.path", `${row.method} ${row.path.replace(`/w/${world}/`, "/")}${row.query ? `?${row.query}` : ""}`)),
    h("span.when", h("span", clockTime(row.at)), h("span.about", about)));
}
