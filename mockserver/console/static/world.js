// The world as a whole: where apps connect, shape of answers, snapshots, data, reset.

import { base, download, get, post, put, remove, world } from "./api.js";
import { confirm, copy, toast } from "./dialogs.js";
import { button, busy, field, h, later, option, replace, say, set } from "./dom.js";
import { count, stamp } from "./format.js";
import { on, setWorld, state } from "./store.js";

const COUNTED = ["offers", "members", "clubs", "uses", "likes", "grants", "events", "requests"];

export function worldView() {
  const shape = h("select", { onchange: () => change(shape, { revision: shape.value }) });
  const any = h("button", { type: "button", role: "switch", class: "switch", "aria-labelledby": "any-label" });
  any.addEventListener("click", () => change(any, { auth: state.world.auth === "any" ? "strict" : "any" }));
  const counts = h("p", { class: "hint" });
  const problems = h("div");
  const name = h("input", { type: "text", placeholder: "before-checkout", pattern: "[A-Za-z0-9._\\-]{1,64}", required: true, autocomplete: "off" });
  const snapshots = h("ul", { class: "cards" });
  const node = h("div", { class: "pad" }, h("div", { class: "title" }, h("h2", { tabindex: -1 }, `World ${world}`)), problems,
    panel("connect", "Where the app connects", h("p", {}, h("code", { class: "address" }, base)),
      h("p", { class: "hint" }, "In place of the real API's host. Or keep the host and send ", h("code", {}, `X-Mock-World: ${world}`), "."),
      h("div", { class: "actions" }, button("Copy the address", () => copy(base, "Address")),
        h("a", { class: "button", href: `${base}/connect` }, "Connect a phone"), h("a", { class: "button", href: `${base}/docs/` }, "Read the API"))),
    panel("answers", "Answers", field("Shape", shape, "Which dated document the answers follow."),
      h("p", { class: "line" }, any, h("span", { id: "any-label" }, "Accept every token, as the first client and member"))),
    panel("snapshots", "Snapshots", h("p", { class: "hint" }, "Keep the world as it stands (data, clock, scenarios), and come back to it."),
      h("form", { class: "line end", onsubmit: (event) => { event.preventDefault(); busy(name, take); } }, field("Name", name), h("button", { class: "primary" }, "Take a snapshot")), snapshots),
    panel("data", "Data", counts, h("div", { class: "actions" },
      button("Download as fixtures", () => download("state", `${world}.json`)), button("Download requests as HAR", () => download("requests.har", `${world}.har`)))),
    panel("reset", "Start again", h("p", { class: "hint" }, "Data, clock, scenarios, counters and requests go back to the start. Snapshots stay."),
      h("div", { class: "actions" }, button("Reset this world", reset, { class: "danger" }))));

  const change = (control, body) => busy(control, async () => setWorld(await put("world", body)));

  async function take() {
    await put(`snapshots/${encodeURIComponent(name.value.trim())}`);
    name.value = "";
    toast("Snapshot taken");
    load();
  }

  async function reset() {
    if (!(await confirm(`Reset ${world}?`, "Everything that happened in this world since its start is undone.", "Reset"))) return;
    await post("reset");
    toast("The world is as at its start");
  }

  const load = later(100, async () => {
    if (!node.isConnected || state.connection === "dropped") return;
    if (!shape.length) {
      const { revisions } = await get("version");
      replace(shape, revisions.map((each) => option(each, each === "union" ? "every key of all (union)" : each)));
      settings();
    }
    const { snapshots: found } = await get("snapshots");
    replace(snapshots, found.length ? found.map(kept) : h("li", { class: "hint" }, "None yet."));
  });

  function kept(snapshot) {
    const path = `snapshots/${encodeURIComponent(snapshot.name)}`;
    return h("li", { class: "card" }, h("div", { class: "what" }, h("p", { class: "name" }, h("b", {}, snapshot.name)), h("p", { class: "hint" }, stamp(snapshot.taken_at))),
      button("Restore", async () => { setWorld(await post(`${path}/restore`)); toast(`The world stands as ${snapshot.name} says`); }, { "aria-label": `Restore ${snapshot.name}` }),
      button("Delete", async () => { await remove(path); load(); }, { class: "quiet", "aria-label": `Delete ${snapshot.name}` }));
  }

  function settings() {
    const { revision, auth, counts: found, problems: broken } = state.world;
    if (document.activeElement !== shape) shape.value = revision;
    set(any, "aria-checked", String(auth === "any"));
    say(counts, COUNTED.map((each) => count(found[each] ?? 0, each.slice(0, -1), each)).join(" · "));
    replace(problems, broken?.length && h("div", { class: "problem", role: "alert" }, h("p", {}, "Changed files are wrong; the old ones are still in use:"), h("ul", {}, broken.map((each) => h("li", {}, typeof each === "string" ? each : JSON.stringify(each))))));
  }

  on("world", () => { settings(); load(); });
  return { node, shown() { if (state.world) settings(); load(); } };
}

function panel(id, title, ...content) {
  return h("section", { class: "panel", "aria-labelledby": `panel-${id}` }, h("h3", { id: `panel-${id}` }, title), content);
}
