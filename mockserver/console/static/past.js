// Back in time: what the world was at a request, what has changed since, and a world from there.

import { download, get, pageOf, post, segment, world } from "./api.js";
import { open } from "./dialogs.js";
import { showDifferences } from "./differences.js";
import { button, field, form, h, nameInput, option, replace } from "./dom.js";
import { count, stamp } from "./format.js";
import { state } from "./store.js";

export function backInTime({ id, committed }) {
  return h("div.actions", { role: "group", "aria-label": "Back in time" },
    committed && button("What it changed", () => showDifferences(`before:${id}`, `What request ${id} changed`, `request:${id}`)),
    button("What changed since", () => showDifferences(`request:${id}`, `Changed since request ${id}`)),
    button("The world here", () => here(id)),
    button("Fork from here", () => fork(id)),
    button("Save as capsule", () => download("capsules", `${world}-${id}.capsule.zip`, { last: state.rows[0].id - id + 1 })));
}

async function here(id) {
  const at = segment(`request:${id}`);
  const { clock, scenarios, revision, counts } = await get(`world?at=${at}`);
  const facts = [`${stamp(clock.now)} UTC, ${clock.mode}`, `revision ${revision}`, scenarios.join(", ") || "no scenario", ...["use", "like", "grant", "event"].map((each) => count(counts[`${each}s`], each))];
  open(`The world just after request ${id}`, (body) => replace(body, h("ul.dense", facts.map((each) => h("li", each))), h("div.actions",
    button("Download as fixtures", () => download(`state?at=${at}`, `${world}-${id}.json`)),
    button("Fork from here", () => fork(id)))));
}

function fork(id) {
  open("Fork from here", (body) => {
    const name = nameInput({ value: `${world.slice(0, 40)}-at-${id}` });
    const at = h("select", option("before", `just before request ${id}`), option("request", `just after request ${id}`, true));
    replace(body, h("p.lead", "Another world goes on from there; this one stays as it is."),
      form("form", name, make, field("As it was", at), field("New world", name), h("div.actions", h("button.primary", "Fork"))));

    async function make() {
      await post("worlds", { name: name.value, from: world, at: `${at.value}:${id}` });
      location.href = pageOf(name.value);
    }
  });
}
