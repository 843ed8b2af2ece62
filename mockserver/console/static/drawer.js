// One request in full: what to change, why it was answered so, and both sides as they were.

import { ApiError, get } from "./api.js";
import { copy, open, toast } from "./dialogs.js";
import { button, h, replace } from "./dom.js";
import { kindOf, pretty, stamp, words } from "./format.js";
import { adviceOn } from "./advice.js";
import { state } from "./store.js";
import { curlOf } from "./curl.js";

const LONGEST = 40_000; // characters of a body shown at first

export function openRequest(id) {
  open(`Request ${id}`, async (body, close, heading) => {
    replace(body, h("p", { class: "hint", role: "status" }, "Loading…"));
    try {
      const [request, why] = await Promise.all([get(`requests/${id}`), get(`requests/${id}/why`)]);
      heading.textContent = request.operation ? words(request.operation) : `${request.method} not in the API`;
      replace(body, content(request, why, close));
    } catch (problem) {
      if (!(problem instanceof ApiError) || problem.status !== 404) throw problem;
      replace(body, h("p", { class: "empty" }, "This request is no longer kept. The journal keeps the newest; start the server with --journal 5000 for more."));
    }
  });
}

function content(request, why, close) {
  const advice = adviceOn(request, why);
  return [
    h("p", { class: `summary ${kindOf(request.status)}` }, h("b", { class: "status" }, String(request.status)), h("code", {}, `${request.method} ${request.path}${request.query ? `?${request.query}` : ""}`)),
    h("p", { class: "hint" }, facts(request)),
    advice && h("section", { class: "advice", "aria-label": "What to change" }, h("h3", {}, request.status >= 400 ? "What to change" : "A scenario met this"), h("p", {}, advice.text), advice.action && act(advice.action, close)),
    request.notes.length > 0 && section("Notes", h("ul", { class: "notes" }, request.notes.map((note) => h("li", {}, h("code", {}, note.name), ` ${note.text}`))), true),
    h("div", { class: "actions" }, button("Copy as curl", async () => copy(await curlOf(request), "curl command")), button("Copy the answer", () => copy(pretty(request.answer.body), "Answer"))),
    section("Answer", [bodyOf(request.answer.body, request.bodies_kept), headersOf(request.answer.headers)], true),
    section("Why", whyOf(why), true),
    section("Request", [bodyOf(request.body, request.bodies_kept), headersOf(request.headers)], request.body !== null),
    delivered(request.delivery) && section("Delivery", h("p", {}, delivered(request.delivery)), true),
  ];
}

function act([text, { href, run }], close) {
  if (href) return h("a", { class: "button", href, onclick: close }, text);
  return button(text, async () => { await run(); toast("Done. Send the request again."); }, { class: "primary" });
}

function facts(request) {
  return [stamp(request.at), request.club, request.member_id && `member ${request.member_id}`, request.offer_id && `offer ${request.offer_id}`,
    request.committed && "changed the data", `${request.took_ms} ms`, `shape ${request.revision}`].filter(Boolean).join(" · ");
}

function section(title, content, shown) {
  return h("details", { class: "part", open: shown }, h("summary", {}, h("h3", {}, title)), content);
}

function bodyOf(body, kept) {
  if (body === null) return h("p", { class: "hint" }, kept ? "No body." : "This body was too old and too big to keep.");
  const text = pretty(body);
  const shown = h("pre", { tabindex: 0, role: "region", "aria-label": "Body" }, text.slice(0, LONGEST));
  const more = text.length > LONGEST && button(`Show all ${text.length.toLocaleString("en")} characters`, () => { shown.textContent = text; more.remove(); }, { class: "quiet" });
  return [shown, more];
}

function headersOf(headers) {
  return h("dl", { class: "headers" }, Object.entries(headers).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, String(value))]));
}

function whyOf(why) {
  return [
    h("p", {}, why.because),
    why.rules.length > 0 && h("ul", { class: "checks" }, why.rules.map((rule) => h("li", { class: rule.outcome === "acted" ? "acted" : "" },
      mark(rule.outcome === "acted" ? "→" : "·", rule.outcome === "acted" ? "acted" : "did not act"), h("span", {}, h("b", {}, rule.scenario && rule.scenario !== rule.rule ? `${rule.scenario}: ${rule.rule}` : rule.rule), ` ${reason(rule)}`)))),
    h("ul", { class: "checks" }, why.checks.map((check) => h("li", { class: check.passed ? "" : "failed" },
      mark(check.passed ? "✓" : "✗", check.passed ? "passed" : "failed"),
      h("span", {}, h("b", {}, checked(check)), values(check))))),
    !why.checks.length && !why.rules.length && h("p", { class: "hint" }, "Nothing was checked: no operation was reached."),
  ];
}

// A check that is called after a refusal says whether it applies: "already active: no" is good news.
function checked({ check, passed }) {
  return words(check) + (state.outcomes.has(check.replaceAll("_", "-")) ? `: ${passed ? "no" : "yes"}` : "");
}

const mark = (sign, text) => h("span", { class: "mark", role: "img", "aria-label": text }, sign);

function reason(rule) {
  if (rule.outcome === "acted") return "acted";
  return [rule.reason ?? rule.because, rule.expected !== undefined && `expected ${inline(rule.expected)}`, rule.found !== undefined && `found ${inline(rule.found)}`].filter(Boolean).join(", ");
}

function values({ found, expected }) {
  if (found === null && expected === null) return null;
  return h("span", { class: "hint" }, ` found ${named(found)}${expected === null ? "" : `, compared with ${named(expected)}`}`);
}

// A compared value: an object reads as its names, each with its value.
function named(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return inline(value);
  return Object.entries(value).map(([name, each]) => `${words(name)} ${inline(each)}`).join(", ");
}

const inline = (value) => (value === null ? "none" : typeof value === "string" ? value : Array.isArray(value) ? value.join(", ") : JSON.stringify(value));

function delivered({ delay_ms: delay, fault, receipt }) {
  return [delay && `delayed by ${delay} ms`, fault && `fault: ${words(fault)}`, receipt?.ended && `ended by ${receipt.ended}`, receipt?.note].filter(Boolean).join("; ");
}
