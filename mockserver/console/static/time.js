// The world's clock: freeze it, move it, jump to the moments at which something changes.

import { get, post, put, remove } from "./api.js";
import { busy, button, field, form, h, later, option, replace, say, set, textInput, toggle } from "./dom.js";
import { away, clockTime, count, stamp } from "./format.js";
import { EXPECTED, inZone, readMoment } from "./moments.js";
import { on, setWorld, state, worldNow } from "./store.js";
import { drawTimeline, tell } from "./timeline.js";
import { did } from "./undo.js";

const STEPS = [["−1 day", "-1d"], ["−1 h", "-1h"], ["−1 min", "-1m"], ["−1 s", "-1s"], ["+1 s", "1s"], ["+1 min", "1m"], ["+1 h", "1h"], ["+1 day", "1d"]];
const RATES = [[0.1, "a tenth"], [1, "as in life"], [10, "10 times"], [60, "a minute a second"], [3600, "an hour a second"], [86400, "a day a second"]];
const MODES = { real: "Real time, in step with the server", frozen: "Frozen: nothing passes until you move it", running: "Moved, and running from there" };
const AHEAD = 60;
const TOLD = 6; // of what a jump changes
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const kind = (text) => h("span", { class: `kind ${text.split(" ")[0]}` }, text);

// Moves the clock, with a notice and an undo.
async function change(call, text = null) {
  const before = state.world.clock;
  const clock = await call();
  setWorld({ ...state.world, clock });
  did(text ?? `Jumped to ${clockTime(clock.now)}`, () => (before.mode === "real" ? remove("clock") : put("clock", { now: before.now, frozen: before.mode === "frozen", rate: before.rate })));
  return clock;
}

export function timeView() {
  const big = h("p.big");
  const zone = h("p.hint");
  const zones = h("p.hint", { id: "zones" });
  const freeze = toggle("freeze-label");
  const rate = h("select", { onchange: () => busy(rate, () => change(() => put("clock", { rate: Number(rate.value) }), `Speed: ${rate.selectedOptions[0].text}`)) }, RATES.map(([value, text]) => option(value, text)));
  const exact = textInput({ placeholder: "tomorrow 9:00", oninput: later(250, () => preview()) });
  const what = h("div.preview", { role: "status" });
  const zoned = h("select", { onchange: () => preview() }); // whose times are typed
  let zonesOf = new Map(); // by timezone: its clubs
  const chart = h("div.chart");
  const chosen = h("div.chosen");
  const moments = h("ol.moments");
  const back = button("Back to real time", async () => { await change(() => remove("clock"), "Back to real time"); freeze.focus(); });
  let ahead = [];
  let drawn = 0; // how wide
  let followed = 0; // the time that the line was drawn for
  const node = h("div.pad",
    h("div.title", h("h2", { tabindex: -1 }, "Time"), h("span.grow"), back),
    h("section.panel.clock", { "aria-label": "The world's clock" }, big, zones, zone,
      h("p.line", freeze, h("span", { id: "freeze-label" }, "Freeze")),
      h("div.steps", { role: "group", "aria-label": "Move the clock" },
        STEPS.map(([text, by]) => button(text, () => change(() => post("clock/advance", { by }))))),
      h("div.line.end.wrap", field("Speed", rate),
        form("form.line.end", exact, go, field("Go to", exact), field("in the time of", zoned), h("button", "Go"))), what),
    h("section", { "aria-labelledby": "coming" }, h("h3", { id: "coming" }, "What is coming"),
      h("p.hint", "At each dot an answer changes: something ", kind("opens"), ", ", kind("begins again"), " or ", kind("ends"), ". Nearer moments have more room."), chart, chosen, moments));

  freeze.addEventListener("click", () => busy(freeze, () => change(() => put("clock", { frozen: state.world.clock.mode !== "frozen" }), state.world.clock.mode === "frozen" ? "The clock runs" : "The clock is frozen")));

  const read = () => readMoment(exact.value, worldNow(), zoned.value || "UTC");

    // Previews the changes of a jump.
  async function preview() {
    const to = read();
    const text = exact.value.trim();
    set(exact, "aria-invalid", text && Number.isNaN(to) ? "true" : null);
    if (!text) return replace(what);
    if (Number.isNaN(to)) return replace(what, h("p.bad-text", `This is no time that is understood. Give ${EXPECTED}.`));
    const found = await post("clock/jump?dry_run=true", { to: new Date(to).toISOString() });
    if (text !== exact.value.trim()) return;
    const back = to < worldNow();
    replace(what, h("p", `${inZone(to, zoned.value)} ${zoned.value}, ${stamp(to)} UTC, ${away(to - worldNow())}. `,
      h("b", found.total ? `${count(found.total, "change")} ${back ? "undone" : "on the way"}:` : "Nothing changes on the way.")),
      h("ul", found.moments.slice(0, TOLD).map((moment) => h("li", `${stamp(moment.at)} ${tell(moment)}`)), found.total > TOLD && h("li", `and ${count(found.total - TOLD, "more", "more")}`)));
  }

  async function go() {
    const to = read();
    if (Number.isNaN(to)) return preview();
    await change(() => put("clock", { now: new Date(to).toISOString() }));
    exact.value = "";
    replace(what);
  }

  function tick() {
    if (!node.isConnected) return;
    const now = worldNow();
    say(big, `${stamp(now)}`);
    say(zones, [...zonesOf].map(([name, who]) => `${inZone(now, name).slice(11)} ${name} (${who.join(", ")})`).join(" · "));
    for (const each of node.querySelectorAll(".moment")) say(each.querySelector("time"), away(each.at - now));
  }

  function settings() {
    const { mode, rate: speed } = state.world.clock;
    say(zone, `UTC · ${MODES[mode]}`);
    set(freeze, "aria-checked", String(mode === "frozen"));
    back.hidden = mode === "real";
    if (!RATES.some(([value]) => value === speed)) rate.append(option(speed, `${speed} times`));
    if (document.activeElement !== rate) rate.value = String(speed);
    tick();
  }

  const load = later(200, async () => {
    if (!node.isConnected || state.connection === "dropped") return;
    const [{ timeline }, { clubs }] = await Promise.all([get(`timeline?limit=${AHEAD}`), get("state/clubs")]);
    zonesOf = Map.groupBy([...clubs.map(({ slug, timezone }) => [slug, timezone ?? "UTC"]), ["here", HERE], ["UTC", "UTC"]], ([, name]) => name);
    for (const [name, who] of zonesOf) zonesOf.set(name, who.map(([slug]) => slug));
    const names = [...zonesOf.keys()].sort((one, other) => zonesOf.get(other).length - zonesOf.get(one).length);
    const kept = zoned.value || names.find((name) => zonesOf.get(name).includes(state.rows[0]?.club)) || names[0];
    replace(zoned, names.map((name) => option(name, `${name} (${zonesOf.get(name).join(", ")})`, name === kept)));
    ahead = timeline;
    replace(chosen);
    draw();
    replace(moments, timeline.length ? timeline.map((moment) => row(moment, "li"))
      : h("li.empty", "Nothing is coming: no window, ban, grant or token ends after this time. Go back in time, or give an offer a window under Offers."));
    tick();
  });

  function draw() {
    drawn = chart.clientWidth;
    followed = worldNow();
    drawTimeline(chart, ahead, worldNow(), (moment) => replace(chosen, row(moment, "p")));
  }

  function row(moment, tag) {
    const at = Date.parse(moment.at);
    const jump = (plus, text) => button(text, async () => {
      await change(() => post("clock/jump", { to: moment.at, ...(plus && { plus }) }), `Jumped to ${plus ? "just before " : ""}${clockTime(at)}`);
    }, { "aria-label": `${text}: ${tell(moment)}` });
    const made = h(tag, { class: "moment" }, h("time", { datetime: moment.at }, away(at - worldNow())),
      h("span.what", h("b", tell(moment)), h("span.hint", `${stamp(at)} · ${moment.what}`)),
      h("span.actions", jump("-1ms", "Just before"), jump("", "Jump")));
    made.at = at;
    return made;
  }

  on("tick", () => {
    tick();
        // the line follows the time, unless the user navigates it
    if (node.isConnected && state.world && state.world.clock.mode !== "frozen" && worldNow() - followed >= 1000 && !chart.contains(document.activeElement)) draw();
    const next = moments.firstChild?.at;
    if (next && state.world && worldNow() >= next) load();
  });
  new ResizeObserver(() => chart.clientWidth !== drawn && draw()).observe(chart);
  on("world", () => { settings(); load(); });
  return { node, shown() { if (state.world) settings(); load(); } };
}
