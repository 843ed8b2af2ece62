// Sends a request again, unchanged or edited; masked tokens are sent unchanged.

import { get, post } from "./api.js";
import { explain } from "./dialogs.js";
import { button, field, h, option, replace, textInput } from "./dom.js";
import { pretty } from "./format.js";

export const resend = (id, changes, world) => post(`requests/${id}/resend`, { ...(Object.keys(changes).length && { changes }), ...(world && { world }) });

export async function editor(place, request, sent) {
  const [{ tokens }, { worlds }] = await Promise.all([get("state"), get("worlds")]);
  const method = h("select", ["GET", "POST", "PUT", "PATCH", "DELETE"].map((each) => option(each, each, each === request.method)));
  const path = textInput({ value: `${request.path}${request.query && `?${request.query}`}` });
  const before = lines(request.headers);
  const headers = h("textarea", { rows: Math.min(10, Object.keys(request.headers).length + 1), spellcheck: "false", value: before });
  const body = h("textarea", { rows: 4, spellcheck: "false", value: pretty(request.body) });
  const token = h("select", option("", "the token that was sent"), option("none", "no token"), tokens.map((each) => option(each.token, `member ${each.member_id}: ${each.token.slice(0, 16)}…${each.revoked ? " (revoked)" : ""}`)));
  const where = h("select", option("", "this world"), worlds.filter(({ name }) => name !== request.world).map(({ name }) => option(name, name)));
  const wrong = h("p.problem", { role: "alert", hidden: true });

  function changes() {
    const found = {};
    if (method.value !== request.method) found.method = method.value;
    const [to, query = ""] = path.value.split(/\?(.*)/);
    if (to !== request.path) found.path = to;
    if (query !== request.query) found.query = query;
    if (body.value !== pretty(request.body)) found.body = parsed(body.value);
    const changed = { ...changedHeaders(request.headers, headers.value), ...(token.value && { authorization: token.value === "none" ? null : `Bearer ${token.value}` }) };
    if (Object.keys(changed).length) found.headers = changed;
    return found;
  }

  async function send() {
    try {
      sent(await resend(request.id, changes(), where.value));
    } catch (problem) {
      wrong.hidden = false;
      wrong.textContent = explain(problem);
    }
  }

  replace(place, h("form.panel", { "aria-label": "Edit and send", onsubmit: (event) => event.preventDefault() }, wrong,
    h("div.pair", field("Token", token), field("World", where)),
    h("div.pair", field("Method", method), field("Path", path)),
    field("Headers", headers, "One a line. What you do not touch is sent as it was, with its real tokens."), field("Body", body),
    h("div.actions", button("Send", send, { class: "primary", type: "submit" }), button("Cancel", () => place.replaceChildren()))));
  token.focus();
}

const lines = (headers) => Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join("\n");

function changedHeaders(before, text) {
  const now = {};
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) now[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  const changed = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) if (before[name] !== now[name]) changed[name] = now[name] ?? null;
  return changed;
}

function parsed(text) {
  try {
    return text.trim() ? JSON.parse(text) : null;
  } catch { // not JSON: sent as it is
    return text;
  }
}
