// Scenarios as switches in dense rows: errors first, then the network, then situations; details on demand.

import { check, get, putScenario, remove, save, segment } from "./api.js";
import { copy } from "./dialogs.js";
import { busy, button, h, replace, say, searchInput, set } from "./dom.js";
import { count } from "./format.js";
import { turn } from "./now.js";
import { on, refreshScenarios, state } from "./store.js";
import { did } from "./undo.js";

const GROUPS = [
  ["own", "Yours"],
  ["operation", "Errors of offers and members"],
  ["gate", "Errors of access and input"],
  ["routing", "Errors of the whole API"],
  ["network", "Faults of the network"],
  ["situation", "Situations"],
];
// further search words
const WORDS = { hang: "timeout", "slow-network": "timeout latency", "global-limit-exceeded": "coupon sold out", "token-expired": "session sign in" };

const ACTIONS = [[/connection|not HTTP|no answer|body (arr|br|en)/, "fault"], [/longer/, "delay"], [/beyond/, "rate limit"], [/"/, "refuse respond"]];

function groupOf(scenario) {
  if (scenario.own) return "own";
  const outcome = state.outcomes.get(scenario.id);
  if (outcome) return outcome.stage;
  if (scenario.sees.some((text) => text.startsWith("arranged:"))) return "situation";
  return scenario.sees.length === 1 && /: [45]\d\d "/.test(scenario.sees[0]) ? "operation" : "network";
}

export function scenariosView() {
  const rows = new Map(); // by id
  const search = searchInput("Search: sold out, 500, timeout…", "Search scenarios", filter);
  const found = h("p.hint", { role: "status" });
  const none = h("div.empty", { hidden: true });
  const list = h("div.groups");
  const node = h("div.pad",
    h("div.title", h("h2", { tabindex: -1 }, "Scenarios"), search, h("a.button.primary", { href: "#make" }, "Make one")),
    found, none, list);

  function draw() {
        // errors of a use come first, as the most wanted ones
    const late = (each) => groupOf(each) === "operation" && !each.sees.some((text) => text.includes("use_offer"));
    const all = state.scenarios.toSorted((one, other) => late(one) - late(other));
    const ids = JSON.stringify(all.map((each) => [each.id, each.title, each.sees, groupOf(each)]));
    if (list.ids !== ids) build(ids, all);
    for (const scenario of state.scenarios) rows.get(scenario.id).update(scenario);
    filter();
  }

  function build(ids, all) {
    list.ids = ids;
    rows.clear();
    for (const scenario of state.scenarios) rows.set(scenario.id, makeRow(scenario));
    replace(list, GROUPS.map(([key, title]) => {
      const own = all.filter((each) => groupOf(each) === key).map((each) => rows.get(each.id).node);
      return own.length > 0 && h("section.group", { "aria-labelledby": `group-${key}` },
        h("h3", { id: `group-${key}` }, title), h("ul.dense", own));
    }));
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { node: row, text } of rows.values()) {
      row.hidden = !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    for (const group of list.children) group.hidden = !group.querySelector("li:not([hidden])");
    say(found, words.length && shown ? `${count(shown, "scenario")} found` : "");
    none.hidden = !words.length || shown > 0;
    if (none.hidden) return;
    const wanted = search.value.trim();
    const status = wanted.match(/\b[1-5]\d\d\b/)?.[0];
    const made = new URLSearchParams({ ...(status ? { status } : { title: wanted }) });
    replace(none, h("p.strong", `No scenario has all the words of “${wanted}”.`),
      h("div.actions", h("a.button.primary", { href: `#make/?${made}` }, status ? `Make one that answers ${status}` : `Make “${wanted}”`)));
  }

  on("scenarios", draw);
  draw();
  return { node, shown([id]) {
    const row = id && rows.get(decodeURIComponent(id));
    if (!row) return;
    row.toggle(true);
    row.node.scrollIntoView({ block: "center" });
  } };
}

function makeRow(scenario) {
  const { id, title, comment, sees } = scenario;
  const outcome = state.outcomes.get(id);
  const toggle = h("button", { role: "switch", class: "switch", "aria-labelledby": `scenario-${id}` });
  let now = scenario;
  toggle.addEventListener("click", () => busy(toggle, async () => {
    set(toggle, "aria-checked", String(!now.active));
    await turn(now, !now.active).catch((problem) => { set(toggle, "aria-checked", String(now.active)); throw problem; });
  }));
  const hits = h("span.hits");
  const more = h("div.more", { hidden: true });
  const name = h("button", { class: "plain", id: `scenario-${id}`, "aria-expanded": "false", onclick: () => open(more.hidden) }, title);
  const short = sees.map((text) => text.replace(/^(every call|arranged)( to [\w, ]+?)?: /, "")).join(" · ");
  const node = h("li.scenario", { "data-id": id }, toggle, name, hits,
    h("span.sees", { title: sees.join("\n") }, short),
    button(id, () => copy(id, "Id"), { class: "plain id", title: "Copy the id", "aria-label": `Copy the id ${id}` }), more);

  function open(wanted) {
    more.hidden = !wanted;
    set(name, "aria-expanded", String(wanted));
    if (wanted && !more.firstChild) replace(more, details(scenario));
  }

  const text = [id, id.replaceAll("-", " "), title, comment, ...sees, outcome?.text, outcome?.status, WORDS[id], ACTIONS.map(([test, word]) => sees.some((each) => test.test(each)) && word)].join(" ").toLowerCase();
  return { node, text, toggle: open, update(fresh) {
    now = fresh;
    set(toggle, "aria-checked", String(now.active));
    node.classList.toggle("on", now.active);
    say(hits, now.active ? (now.hits ? count(now.hits, "hit") : "waiting for a request") : "");
  } };
}

function details({ id, title, comment, sees, own }) {
  return [
    comment && h("p", comment), sees.map((text) => h("p.sees", text)),
    h("p.hint", "For one request only: ", h("code", `X-Mock-Scenario: ${id}`)),
    h("div.actions",
      h("a.button", { href: `#make/${segment(id)}` }, own ? "Edit" : "Make one like it"),
      button("Download", async () => save(new Blob([(await check((await get(`scenarios/${segment(id)}`)).file)).yaml]), `${id}.yaml`)),
      own && button("Delete", () => forget(id, title), { class: "danger" })),
  ];
}

async function forget(id, title) {
  const path = `scenarios/${segment(id)}`;
  const { file } = await get(path);
  await remove(path);
  refreshScenarios();
  did(`${title}: deleted`, () => putScenario(id, file));
}
