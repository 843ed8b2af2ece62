// Scenarios as switches: errors first, then the network, then situations.

import { get, post, put, remove } from "./api.js";
import { toast } from "./dialogs.js";
import { busy, button, h, replace, say, set } from "./dom.js";
import { count } from "./format.js";
import { emit, on, refreshScenarios, state } from "./store.js";

const GROUPS = [
  ["operation", "Errors of offers and members", "The request was fine; the rules of offers, members or tokens say no."],
  ["gate", "Errors of access and input", "Headers, tokens, permits, parameters."],
  ["routing", "Errors of the whole API", "Paths, methods, sizes, maintenance."],
  ["network", "Faults of the network", "What happens to connections between the app and the API."],
  ["situation", "Situations", "The data is arranged while the switch is on, and put back after."],
];

function groupOf(scenario) {
  const outcome = state.outcomes.get(scenario.id);
  if (outcome) return outcome.stage;
  if (scenario.sees.some((text) => text.startsWith("arranged:"))) return "situation";
  return scenario.sees.length === 1 && /: [45]\d\d "/.test(scenario.sees[0]) ? "operation" : "network";
}

export function scenariosView() {
  const rows = new Map(); // by id
  const search = h("input", { type: "search", placeholder: "Search: sold out, 422…", "aria-label": "Search scenarios", oninput: filter });
  const off = button("Turn all off", allOff, { class: "quiet" });
  const found = h("p", { class: "hint", role: "status" });
  const list = h("div", { class: "groups" });
  const rules = h("div");
  const node = h("div", { class: "pad" },
    h("div", { class: "title" }, h("h2", { tabindex: -1 }, "Scenarios"), search, off),
    h("p", { class: "lead" }, "Turn on what should happen; the next request of your app meets it."), found, rules, list);

  function draw() {
    // of the errors, those of a use come first: they are what is mostly wanted
    const late = (each) => groupOf(each) === "operation" && !each.sees.some((text) => text.includes("use_offer"));
    const all = state.scenarios.toSorted((one, other) => late(one) - late(other));
    const ids = all.map((each) => `${each.id}:${groupOf(each)}`).join();
    if (list.dataset.ids !== ids) build(ids, all);
    for (const scenario of state.scenarios) rows.get(scenario.id).update(scenario);
    off.hidden = !state.scenarios.some((each) => each.active);
    filter();
  }

  function build(ids, all) {
    list.dataset.ids = ids;
    rows.clear();
    for (const scenario of state.scenarios) rows.set(scenario.id, makeRow(scenario));
    replace(list, GROUPS.map(([key, title, text]) => {
      const own = all.filter((each) => groupOf(each) === key).map((each) => rows.get(each.id).node);
      return own.length && h("section", { class: "group", "aria-labelledby": `group-${key}` },
        h("h3", { id: `group-${key}` }, title), h("p", { class: "hint" }, text), h("ul", { class: "cards" }, own));
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
    say(found, !words.length ? "" : shown ? `${count(shown, "scenario")} found` : "No scenario has all these words. Try one of them, or a status such as 422.");
  }

  async function allOff() {
    await put("scenarios", { active: [] });
    refreshScenarios();
    search.focus();
    toast("All scenarios are off");
  }

  on("scenarios", draw);
  on("world", () => state.world.counts.rules || rules.firstChild ? showRules(rules) : null);
  draw();
  return { node, shown: ([id]) => id && rows.get(decodeURIComponent(id))?.node.scrollIntoView({ block: "center" }) };
}

function makeRow(scenario) {
  const { id, title, comment, sees } = scenario;
  const outcome = state.outcomes.get(id);
  const toggle = h("button", { type: "button", role: "switch", class: "switch", "aria-labelledby": `scenario-${id}`, "aria-describedby": `sees-${id}` });
  toggle.addEventListener("click", () => busy(toggle, () => turn(id, toggle.getAttribute("aria-checked") !== "true", toggle)));
  const hits = h("span", { class: "hits" });
  const node = h("li", { class: "card scenario", "data-id": id }, toggle,
    h("div", { class: "what" },
      h("p", { class: "name" }, h("b", { id: `scenario-${id}` }, title), hits),
      h("div", { id: `sees-${id}` }, sees.map((text) => h("p", { class: "sees" }, text))),
      comment && h("details", {}, h("summary", {}, "When to use it"), h("p", {}, comment), h("p", { class: "hint" }, "For one request only: ", h("code", {}, `X-Mock-Scenario: ${id}`)))));
  const text = [id, id.replaceAll("-", " "), title, comment, ...sees, outcome?.text].join(" ").toLowerCase();
  return { node, text, update(now) {
    set(toggle, "aria-checked", String(now.active));
    node.classList.toggle("on", now.active);
    say(hits, now.active ? (now.hits ? count(now.hits, "hit") : "waiting for a request") : "");
  } };
}

async function turn(id, active, toggle) {
  set(toggle, "aria-checked", String(active));
  try {
    await post(`scenarios/${encodeURIComponent(id)}/${active ? "activate" : "deactivate"}`);
    toast(active ? "On. The next matching request meets it." : "Off");
  } catch (problem) {
    set(toggle, "aria-checked", String(!active));
    throw problem;
  } finally {
    refreshScenarios();
  }
}

// Rules that a test or a colleague added without a file.
async function showRules(node) {
  const { rules } = await get("rules");
  replace(node, rules.length && h("section", { class: "group", "aria-labelledby": "group-rules" },
    h("h3", { id: "group-rules" }, "Rules added by calls"), h("p", { class: "hint" }, "They come before all scenarios."),
    h("ul", { class: "cards" }, rules.map((rule) => h("li", { class: "card on" }, h("div", { class: "what" },
      h("p", { class: "name" }, h("b", {}, rule.name), h("span", { class: "hits" }, count(rule.hits, "hit"))), h("p", { class: "sees" }, rule.sees)),
      button("Remove", async () => { await remove(`rules/${encodeURIComponent(rule.name)}`); emit("world"); }, { "aria-label": `Remove the rule ${rule.name}` }))))));
}
