// Shares a world by link (scenarios and clock) or file; shows a link's changes before making them.

import { ApiError, base, get, post, put, putScenario, remove, segment } from "./api.js";
import { open } from "./dialogs.js";
import { button, h, replace } from "./dom.js";
import { stamp } from "./format.js";
import { refreshScenarios, setWorld, state } from "./store.js";
import { did } from "./undo.js";

// `…/__mock/ui#share/?scenarios=a,b&now=…&frozen=true&own={…}`
export async function linkTo() {
  const { scenarios, clock } = await get("world");
  const own = {};
  for (const each of state.scenarios) if (each.own && each.active) own[each.id] = (await get(`scenarios/${segment(each.id)}`)).file;
  const parts = new URLSearchParams({ scenarios: scenarios.join(","), ...(clock.mode !== "real" && { now: clock.now, frozen: clock.mode === "frozen", rate: clock.rate }), ...(Object.keys(own).length && { own: JSON.stringify(own) }) });
  return `${base}/__mock/ui#share/?${parts}`;
}

export async function openShared(rest) {
  const asked = new URLSearchParams(rest.join("/").replace(/^\?/, ""));
  const scenarios = (asked.get("scenarios") ?? "").split(",").filter(Boolean);
  const own = JSON.parse(asked.get("own") ?? "{}");
  const clock = asked.has("now") ? { now: asked.get("now"), frozen: asked.get("frozen") === "true", rate: Number(asked.get("rate")) || 1 } : null;
  const [world, { scenarios: known }] = await Promise.all([get("world"), get("scenarios")]);
  const title = (id) => known.find((each) => each.id === id)?.title ?? own[id]?.title ?? `${id} (this server does not know it)`;
  const list = (ids) => (ids.length ? h("ul", ids.map((id) => h("li", title(id)))) : h("p", "No scenario."));
  open("Shared with you", (body, close) => replace(body,
    h("p.lead", "This link sets up the world. Nothing has been changed yet."),
    h("h3", "On after it"), list(scenarios), h("h3", "On now"), list(world.scenarios),
    h("h3", "Time"), h("p", clock ? `${stamp(clock.now)} UTC, ${clock.frozen ? "frozen" : "running"}` : "Real time", ` (now ${stamp(world.clock.now)} UTC, ${world.clock.mode})`),
    Object.keys(own).length > 0 && h("p", `Adds: ${Object.keys(own).join(", ")}.`),
    h("div.actions", button("Set the world up so", () => setUp(world, scenarios, clock, own, close), { class: "primary", autofocus: true }), button("Leave it as it is", close))),
  { onclose: () => { if (location.hash.startsWith("#share")) location.hash = "world"; } });
}

async function setUp(world, scenarios, clock, own, close) {
  await put("snapshots/before-link");
  for (const [id, file] of Object.entries(own)) await putScenario(id, file);
  setWorld(await put("world", { scenarios, clock: clock }));
  close();
  refreshScenarios();
  did("The world is set up as the link says", async () => setWorld(await post("snapshots/before-link/restore")));
}

export async function takeFile(file) {
  let found;
  try {
    found = JSON.parse(await file.text());
  } catch {
    throw new Error(`${file.name} is not JSON. Drop a file that “Download the world” or “Download as fixtures” made.`);
  }
  await put("snapshots/before-file");
  try {
    if (found.state) setWorld(await put("world/file", found));
    else await put("state", found);
  } catch (problem) {
    await remove("snapshots/before-file");
    if (problem instanceof ApiError) problem.message = `${file.name} was not taken: ${problem.message}`;
    throw problem;
  }
  refreshScenarios();
  did(`${file.name} is taken over`, async () => setWorld(await post("snapshots/before-file/restore")));
}
