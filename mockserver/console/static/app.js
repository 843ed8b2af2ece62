// Wires the page: the header, the views by address, and the world that all of them follow.

import { gate, pageOf, world } from "./api.js";
import { explain, toast } from "./dialogs.js";
import { say, set } from "./dom.js";
import { clockTime, stamp } from "./format.js";
import { follow } from "./live.js";
import { emit, loadOutcomes, on, refreshScenarios, state, worldNow } from "./store.js";
import { eventsView } from "./events.js";
import { offersView } from "./offers.js";
import { requestsPane } from "./requests.js";
import { scenariosView } from "./scenarios.js";
import { timeView } from "./time.js";
import { worldView } from "./world.js";
import { openWorlds } from "./worlds.js";

const $ = (id) => document.getElementById(id);
const VIEWS = { scenarios: scenariosView, time: timeView, offers: offersView, events: eventsView, world: worldView };
const LIVE = {
  connecting: "Connecting…", live: "Live", asking: "Asking every 2 s", lost: "Connection lost, trying again…",
  dropped: "This world was dropped",
};
const MODES = { real: "real time", frozen: "frozen", running: "moved" };
const made = {}; // views, by name, made when they are first looked at
const wide = matchMedia("(min-width: 68rem)");

function route(event) {
  const [name, ...rest] = location.hash.slice(1).split("/");
  const asked = name === "requests" && !wide.matches ? "requests" : name in VIEWS ? name : "scenarios";
  document.body.dataset.view = asked;
  for (const link of document.querySelectorAll("nav.views a")) {
    set(link, "aria-current", link.hash === `#${asked}` ? "page" : null);
  }
  if (asked !== "requests") show(asked, rest);
  if (event) (asked === "requests" ? $("requests-title") : $("view").querySelector("h2"))?.focus({ preventScroll: true });
}

function show(name, rest) {
  made[name] ??= VIEWS[name]();
  const { node, shown } = made[name];
  if ($("view").firstChild !== node) $("view").replaceChildren(node);
  shown?.(rest);
}

function tick() {
  if (!state.world || gate.closed) return;
  const now = worldNow();
  say($("clock-text"), matchMedia("(min-width: 40rem)").matches ? `${stamp(now)} UTC` : clockTime(now));
  emit("tick");
}

on("world", () => {
  say($("clock-mode"), MODES[state.world.clock.mode] + (state.world.clock.rate === 1 || state.world.clock.mode === "frozen" ? "" : ` ×${state.world.clock.rate}`));
  $("clock-mode").dataset.mode = state.world.clock.mode;
  tick();
});
on("scenarios", () => {
  const active = state.scenarios.filter((each) => each.active).length;
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
$("world-button").addEventListener("click", () => openWorlds(pageOf));
addEventListener("hashchange", route);
addEventListener("unhandledrejection", (event) => { // what a view asks for by itself; a lost connection is told once, above
  event.preventDefault();
  if (state.connection === "live") toast(explain(event.reason), "bad");
});
wide.addEventListener("change", () => route());
requestsPane($("requests"));
route();
follow();
refreshScenarios();
loadOutcomes().catch(() => {}); // its texts are an extra: scenarios work without
setInterval(tick, 250);
