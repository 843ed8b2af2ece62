// Draws the coming moments on a logarithmic time line.

import { replace, s } from "./dom.js";
import { words } from "./format.js";

const EDGE = 16;
const FURTHEST = 200 * 31_557_600_000; // ms
const TICKS = [["1 s", 1e3], ["10 s", 1e4], ["1 min", 6e4], ["10 min", 6e5], ["1 h", 36e5], ["6 h", 216e5], ["1 day", 864e5], ["1 week", 6048e5], ["1 month", 2629e6], ["1 year", 31557e6], ["10 years", 31557e7], ["100 years", 31557e8]];
const KINDS = { active_until: "begins", period_rollover: "begins", usable_until: "ends", visible_until: "ends", token_expires: "ends", grant_expires: "ends" };
const MOMENTS = {
  visible_since: "becomes visible", visible_until: "disappears", usable_since: "becomes usable", usable_until: "is no longer usable",
  active_until: "is no longer active", period_rollover: "starts a new period", banned_until: "is no longer banned",
  grant_expires: "loses a grant", token_expires: "has a token that expires",
};
const log = (ms) => Math.log10(1 + Math.max(0, ms) / 1000);

// "offer 1000210 becomes usable", "member 42: offer 1000204 is no longer active"
export function tell({ what, offer_id: offer, member_id: member }) {
  const who = offer ? `offer ${offer}` : `member ${member}`;
  return `${offer && member ? `member ${member}: ` : ""}${who} ${MOMENTS[what] ?? words(what)}`;
}

export function drawTimeline(node, moments, now, choose) {
  moments = moments.filter((each) => Date.parse(each.at) - now < FURTHEST); // the list has those beyond
  if (!moments.length) return replace(node);
  const width = Math.max(300, node.clientWidth); // px, so that its texts are never scaled
  const furthest = Math.max(...moments.map((each) => Date.parse(each.at) - now), 60_000);
  const x = (ms) => EDGE + ((width - 2 * EDGE) * log(ms)) / log(furthest);
  const lanes = [];
  const dots = moments.map((moment) => {
    const at = x(Date.parse(moment.at) - now);
    let lane = lanes.findIndex((last) => at - last >= 15);
    if (lane < 0) lane = lanes.push(0) - 1;
    lanes[lane] = at;
    return { moment, at, lane };
  });
  const height = 40 + Math.min(lanes.length, 8) * 16;
  const ground = height - 24;
  const marks = dots.map(({ moment, at, lane }) => s("circle", {
    class: `dot ${KINDS[moment.what] ?? "opens"}`, cx: at, cy: ground - 12 - Math.min(lane, 7) * 16, r: 6, role: "button", tabindex: -1, "aria-label": tell(moment),
  }, s("title", {}, tell(moment))));
  const picture = s("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", tabindex: -1, "aria-label": "Coming moments; the arrow keys go from one to the next" },
    s("line", { class: "axis", x1: EDGE, x2: width - EDGE, y1: ground, y2: ground }),
    s("text", { x: EDGE, y: height - 6, "text-anchor": "middle" }, "now"), ticks(x, width, furthest, ground, height), marks);
  marks[0].setAttribute("tabindex", "0");
  picture.addEventListener("click", ({ target }) => pick(marks.indexOf(target)));
  picture.addEventListener("focusin", ({ target }) => pick(marks.indexOf(target)));
  picture.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = marks[marks.indexOf(event.target) + step];
    if (next) { event.preventDefault(); next.focus(); }
  });

  function pick(index) {
    if (index < 0) return;
    for (const mark of marks) { mark.setAttribute("tabindex", "-1"); mark.classList.remove("picked"); }
    marks[index].setAttribute("tabindex", "0");
    marks[index].classList.add("picked");
    choose(moments[index]);
  }
  const held = node.contains(document.activeElement) && document.activeElement.ariaLabel;
  replace(node, picture);
  marks.find((mark) => mark.ariaLabel === held)?.focus();
}

function ticks(x, width, furthest, ground, height) {
  let last = 40;
  return TICKS.filter(([, ms]) => ms <= furthest).map(([text, ms]) => {
    const at = x(ms);
    if (at - last < 52 || at > width - 30) return null;
    last = at;
    return [s("line", { class: "tick", x1: at, x2: at, y1: ground - 3, y2: ground + 3 }), s("text", { x: at, y: height - 6, "text-anchor": "middle" }, text)];
  });
}
