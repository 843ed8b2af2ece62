// The reasons of a response: each rule and check with the compared values.

import { h } from "./dom.js";
import { words } from "./format.js";
import { state } from "./store.js";

export function whyOf(why) {
  return [
    h("p", why.because),
    why.rules.length > 0 && h("ul.checks", why.rules.map((rule) => h("li", { class: rule.outcome === "acted" ? "acted" : "" },
      mark(rule.outcome === "acted" ? "→" : "·", rule.outcome === "acted" ? "acted" : "did not act"), h("span", h("b", rule.scenario && rule.scenario !== rule.rule ? `${rule.scenario}: ${rule.rule}` : rule.rule), ` ${reason(rule)}`)))),
    h("ul.checks", why.checks.map((check) => h("li", { class: check.passed ? "" : "failed" },
      mark(check.passed ? "✓" : "✗", check.passed ? "passed" : "failed"),
      h("span", h("b", checked(check)), values(check))))),
    !why.checks.length && !why.rules.length && h("p.hint", "Nothing was checked: no operation was reached."),
  ];
}

// A check that is called after a refusal says whether it applies: "already active: no" is good news.
function checked({ check, passed }) {
  return words(check) + (state.outcomes.has(check.replaceAll("_", "-")) ? `: ${passed ? "no" : "yes"}` : "");
}

const mark = (sign, text) => h("span.mark", { role: "img", "aria-label": text }, sign);

function reason(rule) {
  if (rule.outcome === "acted") return "acted";
  return [rule.reason ?? rule.because, rule.expected !== undefined && `expected ${inline(rule.expected)}`, rule.found !== undefined && `found ${inline(rule.found)}`].filter(Boolean).join(", ");
}

function values({ found, expected }) {
  if (found === null && expected === null) return null;
  return h("span.hint", ` found ${named(found)}${expected === null ? "" : `, compared with ${named(expected)}`}`);
}

function named(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return inline(value);
  return Object.entries(value).map(([name, each]) => `${words(name)} ${inline(each)}`).join(", ");
}

const inline = (value) => (value === null ? "none" : typeof value === "string" ? value : Array.isArray(value) ? value.join(", ") : JSON.stringify(value));

