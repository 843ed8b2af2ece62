// One request in full: advice, reasons, what came next, request and response.

import { ApiError, get, world } from "./api.js";
import { copy, toast } from "./dialogs.js";
import { button, h, option, replace } from "./dom.js";
import { count, duration, kindOf, pretty, stamp, words } from "./format.js";
import { adviceOn } from "./advice.js";
import { curlOf } from "./curl.js";
import { backInTime } from "./past.js";
import { isLost } from "./requests.js";
import { on, state } from "./store.js";
import { whyOf } from "./why.js";

const LONGEST = 40_000; // characters of a body shown at first

export function detailsView() {
  const node = h("div.pad.details");
  let shown = null;

  async function show(id) {
    shown = id;
    if (!id) return replace(node, h("h2", { tabindex: -1 }, "Requests"), h("p.lead", state.rows.length ? "Choose a request from the list: click it, or press j and k." : "What your app asks shows in the list as it comes."));
    try {
      const [request, why] = await Promise.all([get(`requests/${id}`), get(`requests/${id}/why`)]);
      if (shown === id) replace(node, content(request, why, () => show(id)));
    } catch (problem) {
      if (!(problem instanceof ApiError) || problem.status !== 404) throw problem;
      replace(node, heading(`Request ${id}`), h("p.empty", "This request is no longer kept. The journal keeps the newest; start the server with --journal 5000 for more."));
    }
  }

  on("requests", () => node.isConnected && shown && followed(node, state.rows.find((row) => row.id === shown)));
  return { node, shown: ([id]) => show(Number(id) || null) };
}

const heading = (text) => h("div.title", h("a.back", { href: "#requests" }, "← All requests"), h("h2", { tabindex: -1 }, text));

function content(request, why, again) {
  const advice = adviceOn(request, why);
  const row = state.rows.find((each) => each.id === request.id) ?? request;
  const next = h("div.followed");
  setTimeout(() => followed(next.parentNode, row));
  const edit = h("div");
  return [
    heading(request.operation ? words(request.operation) : `${request.method} not in the API`),
    h("p", { class: `summary ${kindOf(request.status)}` }, h("b.status", isLost(request) ? "lost" : String(request.status)), h("code", `${request.method} ${request.path}${request.query ? `?${request.query}` : ""}`)),
    h("p.hint", facts(request)),
    h("div.actions",
      button("Send again", async () => sent(await (await import("./resend.js")).resend(request.id, {}))),
      button("Edit and send", async () => (await import("./resend.js")).editor(edit, request, sent)),
      button("Copy as curl", async () => copy(await curlOf(request), "curl command")),
      button("Copy the answer", () => copy(pretty(request.answer.body), "Answer")),
      button("Copy the link", () => copy(location.href, "Link")),
      request.operation && h("a.button", { href: `#make/?request=${request.id}` }, "Make this fail next time"),
      comparison(request)),
    backInTime(request),
    edit,
    isLost(request) && h("section.advice.lost", { "aria-label": "Lost" }, h("h3", "The app never got this answer"),
      h("p", `On the wire: ${request.wire}. ${request.committed ? "The data was changed all the same." : "Nothing was changed."}`)),
    next,
    advice && h("section.advice", { "aria-label": "What to change" }, h("h3", request.status >= 400 ? "What to change" : "A scenario met this"), h("p", advice.text), advice.action && act(advice.action, again)),
    request.notes.length > 0 && section("Notes", h("ul.notes", request.notes.map((note) => h("li", h("code", note.name), ` ${note.text}`))), true),
    section("Answer", [bodyOf(request.answer.body, request.bodies_kept), headersOf(request.answer.headers)], true),
    section("Why", whyOf(why), true),
    section("Request", [bodyOf(request.body, request.bodies_kept), headersOf(request.headers)], request.body !== null),
    delivered(request.delivery) && section("Delivery", h("p", delivered(request.delivery)), true),
  ];
}

export function sent(found) {
  if (found.id && found.world === world) location.hash = `requests/${found.id}`;
  toast(found.id ? `Sent again as request ${found.id} of ${found.world}: ${found.status}` : `Sent again: ${found.status}`);
}

const alike = (one, other) => one.operation === other.operation && one.method === other.method && one.path === other.path && one.member_id === other.member_id;

// The next equal request: the result of a retry.
function followed(node, row) {
  const place = node?.querySelector(".followed");
  const next = row && state.rows.filter((each) => each.id > row.id && alike(each, row)).at(-1);
  if (!place || !next || place.dataset.id === String(next.id)) return;
  place.dataset.id = next.id;
  replace(place, h("p", isLost(row) ? "The retry: " : "Asked again: ", h("a", { href: `#requests/${next.id}` }, `request ${next.id}`),
    `, ${duration(Date.parse(next.at) - Date.parse(row.at))} later, ${isLost(next) ? "was lost, too" : `got ${next.status}${next.refusal ? ` ${words(next.refusal)}` : ""}`}. `,
    h("a", { href: `#compare/${row.id}/${next.id}` }, "Compare the two")));
}

function comparison(request) {
  const others = state.rows.filter((row) => row.id !== request.id).sort((one, other) => alike(other, request) - alike(one, request)).slice(0, 30);
  if (!others.length) return null;
  const choice = h("select.inline", { "aria-label": "Compare with", onchange: () => { location.hash = `compare/${request.id}/${choice.value}`; } },
    option("", "Compare with…"), others.map((row) => option(row.id, `${row.id}: ${row.status} ${row.operation ? words(row.operation) : row.path}`)));
  return choice;
}

function act([text, { href, run }], again) {
  if (href) return h("a.button", { href }, text);
  return button(text, async () => { await run(); toast("Done. Send the request again."); again(); }, { class: "primary" });
}

function facts(request) {
  return [`request ${request.id}`, stamp(request.at), request.club, request.member_id && `member ${request.member_id}`, request.offer_id && `offer ${request.offer_id}`,
    request.committed && "changed the data", `${request.took_ms} ms`, `revision ${request.revision}`].filter(Boolean).join(" · ");
}

function section(title, content, shown) {
  return h("details.part", { open: shown }, h("summary", h("h3", title)), content);
}

function bodyOf(body, kept) {
  if (body === null) return h("p.hint", kept ? "No body." : "This body was too old and too big to keep.");
  const text = pretty(body);
  const shown = h("pre", { tabindex: 0, role: "region", "aria-label": "Body" }, text.slice(0, LONGEST));
  const more = text.length > LONGEST && button(`Show all ${count(text.length, "character")}`, () => { shown.textContent = text; more.remove(); }, { class: "quiet" });
  return [shown, more];
}

function headersOf(headers) {
  return h("dl.headers", Object.entries(headers).flatMap(([name, value]) => [h("dt", name), h("dd", String(value))]));
}

function delivered({ delay_ms: delay, fault, receipt }) {
  return [delay && `delayed by ${delay} ms`, fault && `fault: ${words(fault)}`, receipt?.ended && `ended by ${receipt.ended}`, receipt?.note].filter(Boolean).join("; ");
}
