// The world: addresses for apps, revision, snapshots, data, reset.

import { base, download, get, post, put, remove, segment, world } from "./api.js";
import { confirm, copy, toast } from "./dialogs.js";
import { busy, button, fail, field, form, h, later, nameInput, option, replace, say, set, toggle } from "./dom.js";
import { count, stamp } from "./format.js";
import { showDifferences } from "./differences.js";
import { linkTo, takeFile } from "./share.js";
import { on, setWorld, state } from "./store.js";
import { did } from "./undo.js";

const COUNTED = ["offers", "members", "clubs", "uses", "likes", "grants", "events", "requests"];

export function worldView() {
  const shape = h("select", { onchange: () => change(shape, { revision: shape.value }) });
  const any = toggle("any-label");
  any.addEventListener("click", () => change(any, { auth: state.world.auth === "any" ? "strict" : "any" }));
  const counts = h("p.hint");
  const code = h("img.qr", { src: `${base}/connect/qr.svg`, alt: "QR code for a phone", width: 160, height: 160,
    onerror: () => code.replaceWith(h("p.hint", "For phones start it with ", h("code", "--host 0.0.0.0"), ".")) });
  const problems = h("div");
  const name = nameInput({ placeholder: "before-checkout" });
  const snapshots = h("ul.cards");
  const node = h("div.pad", h("div.title", h("h2", { tabindex: -1 }, `World ${world}`)), problems,
    panel("connect", "Where the app connects", h("p", h("code.address", base)),
      h("p.hint", "In place of the real API's host. Or keep the host and send ", h("code", `X-Mock-World: ${world}`), "."),
      h("div.actions", button("Copy the address", () => copy(base, "Address")),
        h("a.button", { href: `${base}/connect` }, "Connect a phone"), h("a.button", { href: `${base}/docs/` }, "Read the API")), code),
    panel("answers", "Answers", field("Revision", shape, "Which dated document the answers follow: their shape, paths and errors."),
      h("p.line", any, h("span", { id: "any-label" }, "Accept every token, as the first client and member"))),
    panel("snapshots", "Snapshots", h("p.hint", "Keep the world as it stands (data, clock, scenarios), and come back to it."),
      form("form.line.end", name, take, field("Name", name), h("button.primary", "Take a snapshot")), snapshots),
    panel("share", "Share", h("p.hint", "A link with the scenarios and the clock: whoever opens it sees what it would change, and does it with one click."),
      h("div.actions", button("Copy a link to this world", async () => copy(await linkTo(), "Link")))),
    drop(panel("data", "Data", counts, h("p.hint", "Drop a world's file or a fixture file here to take it over, or choose one."), h("div.actions",
      button("Download the world", () => download("world/file", `${world}.world.json`)), button("Download as fixtures", () => download("state", `${world}.json`)), button("Download requests as HAR", () => download("requests.har", `${world}.har`)),
      h("label.button", "Take a file", h("input", { type: "file", class: "away", accept: ".json,application/json", onchange: ({ target }) => taken(target.files[0]) }))))),
    panel("reset", "Start again", h("p.hint", "Data, clock, scenarios, counters and requests go back to the start, or a copy to when it was copied. Snapshots stay."),
      h("div.actions", button("What changed since the start", () => showDifferences("start", "Changed since the start")), button("Reset this world", reset, { class: "danger" }))));

    // A dropped file is loaded.
  function drop(node) {
    const over = (is) => (event) => { event.preventDefault(); node.classList.toggle("over", is); };
    node.addEventListener("dragover", over(true));
    node.addEventListener("dragleave", over(false));
    node.addEventListener("drop", (event) => { over(false)(event); taken(event.dataTransfer.files[0]); });
    return node;
  }

  const taken = (file) => file && takeFile(file).catch(fail);

  const change = (control, body) => busy(control, async () => setWorld(await put("world", body)));

  async function take() {
    await put(`snapshots/${segment(name.value.trim())}`);
    name.value = "";
    toast("Snapshot taken");
    load();
  }

  async function reset() {
    if (!(await confirm(`Reset ${world}?`, "Everything that happened in this world since its start is undone.", "Reset"))) return;
    await post("reset");
    toast("Reset: the world is as at its start");
  }

  const load = later(100, async () => {
    if (!node.isConnected || state.connection === "dropped") return;
    if (!shape.length) {
      const { revisions } = await get("version");
      replace(shape, revisions.map((each) => option(each, each === "union" ? "every key of all (union)" : each)));
      settings();
    }
    const { snapshots: found } = await get("snapshots");
    replace(snapshots, found.length ? found.map(kept) : h("li.hint", "None yet."));
  });

  function kept(snapshot) {
    const path = `snapshots/${segment(snapshot.name)}`;
    return h("li.card", h("div.what", h("p.name", h("b", snapshot.name)), h("p.hint", stamp(snapshot.taken_at))),
      button("Compare", () => showDifferences(`snapshot:${snapshot.name}`, `Compared with ${snapshot.name}`), { "aria-label": `Compare with ${snapshot.name}` }),
      button("Restore", () => restore(snapshot.name, path), { "aria-label": `Restore ${snapshot.name}` }),
      button("Download", () => download(`world/file?snapshot=${segment(snapshot.name)}`, `${snapshot.name}.world.json`), { class: "quiet", "aria-label": `Download ${snapshot.name}` }),
      button("Delete", async () => { await remove(path); load(); }, { class: "quiet", "aria-label": `Delete ${snapshot.name}` }));
  }

  async function restore(name, path) {
    await put("snapshots/before-restore");
    setWorld(await post(`${path}/restore`));
    did(`Restored snapshot “${name}”`, async () => setWorld(await post("snapshots/before-restore/restore")));
    load();
  }

  function settings() {
    const { revision, auth, counts: found, problems: broken } = state.world;
    if (document.activeElement !== shape) shape.value = revision;
    set(any, "aria-checked", String(auth === "any"));
    say(counts, COUNTED.map((each) => count(found[each] ?? 0, each.slice(0, -1), each)).join(" · "));
    replace(problems, broken?.length && h("div.problem", { role: "alert" }, h("p", "Changed files are wrong; the old ones are still in use:"), h("ul", broken.map((each) => h("li", each)))));
  }

  on("world", () => { settings(); load(); });
  return { node, shown() { if (state.world) settings(); load(); } };
}

function panel(id, title, ...content) {
  return h("section.panel", { "aria-labelledby": `panel-${id}` }, h("h3", { id: `panel-${id}` }, title), content);
}
