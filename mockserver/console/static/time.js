// The world's clock: freeze it, move it, jump to the moments at which something changes.

import { get, post, put, remove } from "./api.js";
import { toast } from "./dialogs.js";
import { button, field, h, later, option, replace, say, set, busy } from "./dom.js";
import { away, stamp } from "./format.js";
import { on, setWorld, state, worldNow } from "./store.js";
import { drawTimeline, tell } from "./timeline.js";

const STEPS = [["−1 day", "-1d"], ["−1 h", "-1h"], ["−1 min", "-1m"], ["−1 s", "-1s"], ["+1 s", "1s"], ["+1 min", "1m"], ["+1 h", "1h"], ["+1 day", "1d"]];
const RATES = [[0.1, "a tenth"], [1, "as in life"], [10, "10 times"], [60, "a minute a second"], [3600, "an hour a second"], [86400, "a day a second"]];
const MODES = { real: "Real time, in step with the server", frozen: "Frozen: nothing passes until you move it", running: "Moved, and running from there" };
const AHEAD = 60;

const kind = (text) => h("span", { class: `kind ${text.split(" ")[0]}` }, text);

async function change(call) {
  const clock = await call();
  setWorld({ ...state.world, clock });
  return clock;
}

export function timeView() {
  const big = h("p", { class: "big" });
  const zone = h("p", { class: "hint" });
  const freeze = h("button", { type: "button", role: "switch", class: "switch", "aria-labelledby": "freeze-label" });
  const rate = h("select", { onchange: () => busy(rate, () => change(() => put("clock", { rate: Number(rate.value) }))) }, RATES.map(([value, text]) => option(value, text)));
  const exact = h("input", { type: "text", spellcheck: "false", placeholder: "2019-03-13T18:00:00Z", autocomplete: "off" });
  const chart = h("div", { class: "chart" });
  const chosen = h("div", { class: "chosen" });
  const moments = h("ol", { class: "moments" });
  const back = button("Back to real time", async () => { await change(() => remove("clock")); freeze.focus(); });
  let ahead = [];
  let drawn = 0; // how wide
  const node = h("div", { class: "pad" },
    h("div", { class: "title" }, h("h2", { tabindex: -1 }, "Time"), h("span", { class: "grow" }), back),
    h("section", { class: "panel clock", "aria-label": "The world's clock" }, big, zone,
      h("p", { class: "line" }, freeze, h("span", { id: "freeze-label" }, "Freeze")),
      h("div", { class: "steps", role: "group", "aria-label": "Move the clock" },
        STEPS.map(([text, by]) => button(text, () => change(() => post("clock/advance", { by }))))),
      h("div", { class: "line end wrap" }, field("Speed", rate),
        h("form", { class: "line end", onsubmit: (event) => { event.preventDefault(); busy(exact, setExactly); } }, field("Exact time (UTC)", exact), h("button", {}, "Set")))),
    h("section", { "aria-labelledby": "coming" }, h("h3", { id: "coming" }, "What is coming"),
      h("p", { class: "hint" }, "At each dot an answer changes: something ", kind("opens"), ", ", kind("begins again"), " or ", kind("ends"), ". Nearer moments have more room."), chart, chosen, moments));

  freeze.addEventListener("click", () => busy(freeze, () => change(() => put("clock", { frozen: state.world.clock.mode !== "frozen" }))));

  async function setExactly() {
    const text = exact.value.trim().replace(" ", "T");
    await change(() => put("clock", { now: /Z|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z` }));
    toast("The clock is set");
  }

  function tick() {
    if (!node.isConnected) return;
    const now = worldNow();
    say(big, `${stamp(now)}`);
    for (const each of node.querySelectorAll(".moment")) say(each.querySelector("time"), away(each.at - now));
  }

  function settings() {
    const { mode, rate: speed } = state.world.clock;
    say(zone, `UTC · ${MODES[mode]}`);
    set(freeze, "aria-checked", String(mode === "frozen"));
    back.hidden = mode === "real";
    if (!RATES.some(([value]) => value === speed)) rate.append(option(speed, `${speed} times`));
    if (document.activeElement !== rate) rate.value = String(speed);
    if (document.activeElement !== exact) exact.value = new Date(worldNow()).toISOString().slice(0, 19) + "Z";
    tick();
  }

  const load = later(200, async () => {
    if (!node.isConnected || state.connection === "dropped") return;
    const { timeline } = await get(`timeline?limit=${AHEAD}`);
    ahead = timeline;
    replace(chosen);
    draw();
    replace(moments, timeline.length ? timeline.map((moment) => row(moment, "li"))
      : h("li", { class: "empty" }, "Nothing is coming: no window, ban, grant or token ends after this time. Go back in time, or give an offer a window under Offers."));
    tick();
  });

  function draw() {
    drawn = chart.clientWidth;
    drawTimeline(chart, ahead, worldNow(), (moment) => replace(chosen, row(moment, "p")));
  }

  function row(moment, tag) {
    const at = Date.parse(moment.at);
    const jump = (plus, text) => button(text, async () => {
      await change(() => post("clock/jump", { to: moment.at, ...(plus && { plus }) }));
      toast(`The clock stands ${plus ? "just before" : "at"} the moment`);
    }, { "aria-label": `${text}: ${tell(moment)}` });
    const made = h(tag, { class: "moment" }, h("time", { datetime: moment.at }, away(at - worldNow())),
      h("span", { class: "what" }, h("b", {}, tell(moment)), h("span", { class: "hint" }, `${stamp(at)} · ${moment.what}`)),
      h("span", { class: "actions" }, jump("-1ms", "Just before"), jump("", "Jump")));
    made.at = at;
    return made;
  }

  on("tick", () => {
    tick();
    const next = moments.firstChild?.at;
    if (next && state.world && worldNow() >= next) load();
  });
  new ResizeObserver(() => chart.clientWidth !== drawn && draw()).observe(chart);
  on("world", () => { settings(); load(); });
  return { node, shown() { if (state.world) settings(); load(); } };
}
