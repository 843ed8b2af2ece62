// Active scenarios and rules, above every view, with their hits and off switches.

import { post, put, remove, segment } from "./api.js";
import { button, h, replace } from "./dom.js";
import { on, refreshScenarios, state } from "./store.js";
import { did } from "./undo.js";

export function onNow(node) {
  on("scenarios", () => {
    const scenarios = state.scenarios.filter((each) => each.active);
    node.hidden = !scenarios.length && !state.rules.length;
    replace(node, h("b", "On now"),
      h("ul.chips", scenarios.map((each) => chip(each.title, `#scenarios/${segment(each.id)}`, each.hits, () => turn(each, false))),
        state.rules.map((each) => chip(each.name, null, each.hits, () => removeRule(each), each.sees))),
      button("Turn all off", allOff, { class: "quiet" }));
  });
}

function chip(text, href, hits, off, title) {
  return h("li.chip", { title }, h("a", { href }, text), hits > 0 && h("span.hits", `×${hits}`),
    button("✕", off, { "aria-label": `Turn off ${text}`, title: "Turn off" }));
}

export async function turn({ id, title }, active) {
  const set = (wanted) => post(`scenarios/${segment(id)}/${wanted ? "activate" : "deactivate"}`);
  try {
    await set(active);
    did(active ? `${title}: on for the next matching request` : `${title}: off`, () => set(!active));
  } finally {
    refreshScenarios();
  }
}

export async function removeRule({ name, rule }) {
  await remove(`rules/${segment(name)}`);
  refreshScenarios();
  did(`Rule ${name} removed`, () => post("rules", { ...rule, name }));
}

async function allOff() {
  const before = state.scenarios.filter((each) => each.active).map((each) => each.id);
  const { rules } = state;
  await put("scenarios", { active: [] });
  if (rules.length) await remove("rules");
  refreshScenarios();
  did("All scenarios and rules are off", async () => {
    await put("scenarios", { active: before });
    for (const { name, rule } of rules) await post("rules", { ...rule, name });
  });
}
