// The world picker: open, make, copy and drop worlds.

import { ApiError, post, segment, send, world } from "./api.js";
import { confirm, explain, open, toast } from "./dialogs.js";
import { button, fail, field, form, h, nameInput, replace } from "./dom.js";
import { count } from "./format.js";

export function openWorlds(pageOf) {
  open("Worlds", (body) => {
    const list = h("ul.cards", { "aria-label": "Worlds" });
    const name = nameInput({ placeholder: "anna" });
    const twin = h("input", { type: "checkbox", id: "world-copy" });
    const wrong = h("p.problem", { role: "alert", hidden: true });
    replace(body, h("p.lead", "Each world has its own data, clock and scenarios. Take one for yourself, so that nobody gets in your way."),
      form("form", name, make, wrong,
        h("div.line.end.wrap", field("New world", name), h("button.primary", "Create")),
        h("p.line", twin, h("label", { for: "world-copy" }, `as a copy of ${world} as it stands`))), list);

    async function make() {
      try {
        const made = await post("worlds", { name: name.value.trim(), ...(twin.checked && { from: world }) });
        location.href = pageOf(made.name);
      } catch (problem) {
        if (!(problem instanceof ApiError)) throw problem;
        wrong.hidden = false;
        wrong.textContent = explain(problem);
      }
    }

    async function load() {
      const { worlds } = await (await send("GET", "worlds", undefined, { everywhere: true })).json();
      replace(list, worlds.toSorted((one, other) => (other.name === "default") - (one.name === "default") || one.name.localeCompare(other.name, "en", { numeric: true })).map(card));
    }

    function card(each) {
      const here = each.name === world;
      return h("li", { class: `card ${here ? "on" : ""}` }, h("div.what",
        h("p.name", h("a", { href: pageOf(each.name), "aria-current": here ? "true" : null }, each.name), here && h("span.tag", "here")),
        h("p.hint", [count(each.counts.offers, "offer"), count(each.counts.requests, "request"), each.scenarios.length ? `${each.scenarios.length} on` : null, each.clock.mode === "frozen" ? "frozen" : null].filter(Boolean).join(" · "))),
        each.name !== "default" && button("Drop", () => drop(each.name), { class: "quiet", "aria-label": `Drop ${each.name}` }));
    }

    async function drop(dropped) {
      if (!(await confirm(`Drop ${dropped}?`, "Its data, requests and snapshots are gone for good.", "Drop it"))) return;
      const answer = await send("DELETE", `worlds/${segment(dropped)}`, undefined, { everywhere: true });
      if (!answer.ok) throw new ApiError(answer.status, await answer.json());
      toast(`${dropped} is dropped`);
      if (dropped === world) location.href = pageOf("default");
      else await load();
    }

    load().catch(fail);
  });
}

export async function offerWorld() {
  const text = "It was never made, or it made room for others. A new one has the data that the server started with.";
  if (!(await confirm(`There is no world ${world}`, text, "Make it", "primary"))) return;
  const answer = await send("POST", "worlds", { name: world }, { everywhere: true });
  if (!answer.ok && answer.status !== 409) throw new ApiError(answer.status, await answer.json());
}
