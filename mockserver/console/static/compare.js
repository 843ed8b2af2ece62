// Compares two requests: marks differences of headers, bodies and checks.

import { get } from "./api.js";
import { h, replace } from "./dom.js";
import { pretty, stamp, words } from "./format.js";

export function compareView() {
  const node = h("div.pad.details");
  return { node, async shown(ids) {
    const [one, other] = await Promise.all(ids.slice(0, 2).map(async (id) => [await get(`requests/${id}`), await get(`requests/${id}/why`)]));
    replace(node, h("div.title", h("a.back", { href: "#requests" }, "← All requests"), h("h2", { tabindex: -1 }, `Requests ${one[0].id} and ${other[0].id}`)),
      h("p.lead", "Marked lines differ."),
      part("Facts", facts(...one), facts(...other)),
      part("Checks", checks(one[1]), checks(other[1])),
      part("Request headers", list(one[0].headers), list(other[0].headers)),
      part("Request body", lines(one[0].body), lines(other[0].body)),
      part("Answer headers", list(one[0].answer.headers), list(other[0].answer.headers)),
      part("Answer body", lines(one[0].answer.body), lines(other[0].answer.body)));
  } };
}

const lines = (body) => (body === null ? ["(none)"] : pretty(body).split("\n"));
const list = (headers) => Object.entries(headers).map(([name, value]) => `${name}: ${value}`).sort();
const checks = ({ checks: found, rules }) => [...rules.map((rule) => `${rule.rule}: ${words(rule.outcome)}`), ...found.map((check) => `${check.passed ? "✓" : "✗"} ${words(check.check)}`)];
const facts = (request) => [`${request.status} ${words(request.refusal)}`, `${request.method} ${request.path}`, request.query && `?${request.query}`, stamp(request.at), `member ${request.member_id ?? "none"}`,
  `rule ${request.rule ?? "none"}`, request.fault && `fault ${words(request.fault)}`, request.committed ? "changed the data" : "changed nothing"].filter(Boolean);

function part(title, left, right) {
  if (!left.length && !right.length) return null;
  const side = (rows, others, which) => h("pre", { tabindex: 0, role: "region", "aria-label": `${title} of the ${which}` },
    rows.map((text) => h("span", { class: others.includes(text) ? "" : "differs" }, `${text}\n`)));
  return h("section.part", h("h3", title), h("div.beside", side(left, right, "first"), side(right, left, "second")));
}
