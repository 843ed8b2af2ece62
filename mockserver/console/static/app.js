// Sets up the page: the header, the views by address, and the updates of its world.

import { gate, pageOf, world } from "./api.js";
import { explain, toast } from "./dialogs.js";
import { busy, say, set } from "./dom.js";
import { clockTime, stamp } from "./format.js";
import { follow } from "./live.js";
import { onNow } from "./now.js";
import { requestsPane } from "./requests.js";
import { showKeys, shortcuts } from "./shortcuts.js";
import { emit, loadOutcomes, on, refreshScenarios, state, worldNow } from "./store.js";
import { undoEverything } from "./undo.js";

const $ = (id) => document.getElementById(id);
// views, loaded at first use, and what opens over one
const VIEWS = {
  scenarios: async () => (await import("./scenarios.js")).scenariosView(),
  requests: async () => (await import("./details.js")).detailsView(),
  compare: async () => (await import("./compare.js")).compareView(),
  members: async () => (await import("./members.js")).membersView(),
  offers: async () => (await import("./offers.js")).offersView(),
  time: async () => (await import("./time.js")).timeView(),
  events: async () => (await import("./events.js")).eventsView(),
  world: async () => (await import("./world.js")).worldView(),
};
const OVER = {
  make: ["scenarios", async (rest) => (await import("./editor.js")).openEditor(rest)],
  share: ["world", async (rest) => (await import("./share.js")).openShared(rest)],
};
const LIVE = {
  connecting: "Connecting…", live: "Live", asking: "Asking every 2 s", lost: "Connection lost, trying again…",
  dropped: "This world was dropped", missing: "This world is not there yet",
};
const MODES = { real: "real time", frozen: "frozen", running: "moved" };
const made = {}; // views, by name
const wide = matchMedia("(min-width: 68rem)");

async function route(event) {
  const [name, ...rest] = location.hash.slice(1).split("/");
  const over = OVER[name];
  const asked = over ? over[0] : name in VIEWS ? name : "scenarios";
  const tab = asked === "compare" ? "requests" : asked;
  document.body.dataset.view = tab;
  document.body.dataset.one = String(tab === "requests" && rest.length > 0);
  for (const link of document.querySelectorAll("nav.views a")) {
    set(link, "aria-current", link.hash === `#${tab}` ? "page" : null);
  }
  const view = await (made[asked] ??= VIEWS[asked]());
  if ($("view").firstChild !== view.node) $("view").replaceChildren(view.node);
  state.chosen = tab === "requests" && !over ? Number(rest[0]) || null : null;
  view.shown?.(over ? [] : rest);
  emit("chosen");
  const list = tab === "requests" && !rest.length && !wide.matches;
  if (event && !over && !$("requests").contains(document.activeElement)) (list ? $("requests-title") : $("view").querySelector("h2"))?.focus({ preventScroll: true });
  await over?.[1](rest);
}

function tick() {
  if (!state.world || gate.closed) return;
  const now = worldNow();
  say($("clock-text"), matchMedia("(min-width: 40rem)").matches ? `${stamp(now)} UTC` : clockTime(now));
  emit("tick");
}

on("world", () => {
  const { mode, rate } = state.world.clock;
  say($("clock-mode"), MODES[mode] + (rate === 1 || mode === "frozen" ? "" : ` ×${rate}`));
  $("clock-mode").dataset.mode = mode;
  tick();
});
on("scenarios", () => {
  const active = state.scenarios.filter((each) => each.active).length + state.rules.length;
  $("active-count").hidden = !active;
  say($("active-count"), `${active} on`);
});
on("connection", () => {
  say($("connection"), LIVE[state.connection]);
  $("connection").dataset.state = state.connection;
  gate.closed = state.connection === "dropped";
  if (gate.closed) toast("This world was dropped. Choose another, or reload the page to make it anew.", "bad");
});

say($("world-name"), world);
document.title = world === "default" ? "Offers mock" : `${world} · Offers mock`;
$("world-button").addEventListener("click", async () => (await import("./worlds.js")).openWorlds(pageOf));
$("undo-everything").addEventListener("click", ({ currentTarget }) => busy(currentTarget, undoEverything));
$("help-button").addEventListener("click", showKeys);
addEventListener("hashchange", route);
addEventListener("unhandledrejection", (event) => { // what a view asks for by itself; a lost connection is told once, above
  event.preventDefault();
  if (state.connection === "live") toast(explain(event.reason), "bad");
});
wide.addEventListener("change", () => route());
onNow($("on-now"));
shortcuts(requestsPane($("requests")));
route();
follow();
refreshScenarios();
loadOutcomes().catch(() => {}); // its texts are an extra: scenarios work without
setInterval(tick, 250);
