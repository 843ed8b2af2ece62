// Members, and one of them in full: ban, tokens, uses, grants, likes, audiences. Each change can be undone.

import { get, patch, post, put, remove, segment } from "./api.js";
import { toast } from "./dialogs.js";
import { button, fail, field, h, later, replace, say, searchInput, set, textInput } from "./dom.js";
import { away, count, stamp } from "./format.js";
import { EXPECTED, inZone, readMoment } from "./moments.js";
import { on, state, worldNow } from "./store.js";
import { did } from "./undo.js";

const LISTED = 200;
const nameOf = ({ id, properties }) => [properties?.first_name, properties?.last_name].filter(Boolean).join(" ") || `Member ${id}`;

export function membersView() {
  const search = searchInput("Name, address or id…", "Search members", later(200, () => load().catch(fail)));
  const summary = h("span.hint", { role: "status" });
  const list = h("ul.names", { "aria-label": "Members" });
  const one = h("section.member", { "aria-label": "Member" });
  const node = h("div.pad.members", h("div.title", h("h2", { tabindex: -1 }, "Members"), summary, search), h("div.halves", list, one));
  let chosen = null;

  async function load() {
    const { members, total } = await get(`state/members?limit=${LISTED}&search=${segment(search.value.trim())}`);
    say(summary, total > members.length ? `${members.length} of ${count(total, "member")}` : count(total, "member"));
    replace(list, members.length ? members.map(line) : h("li.empty", "No member is like this."));
    if (chosen) await show();
    else replace(one, h("p.lead", "Choose a member to see and change what it has and did."));
  }

  function line(each) {
    return h("li", h("a", { href: `#members/${each.id}`, "aria-current": each.id === chosen ? "true" : null }, h("b", nameOf(each)), h("span.hint", `${each.id} · ${each.club}`),
      Date.parse(each.banned_until) > worldNow() && h("span.tag.bad", "banned")));
  }

  async function show() {
    const mine = chosen;
    const activity = await get(`state/members/${mine}/activity`);
    if (mine !== chosen || one.contains(document.activeElement) && document.activeElement.matches("input") && document.activeElement.value) return;
    const open = [...one.querySelectorAll("details[open]")].map((each) => each.dataset.part);
    const held = one.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    replace(one, content(activity, () => load().catch(fail)));
    for (const part of one.querySelectorAll("details")) if (open.includes(part.dataset.part)) part.open = true;
    if (held) one.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus();
  }

  on("world", later(300, () => node.isConnected && state.connection !== "dropped" && load().catch(fail)));
  on("requests", later(300, () => node.isConnected && chosen && state.connection !== "dropped" && show().catch(fail)));
  return { node, shown([id]) { chosen = Number(id) || null; return load().catch(fail); } };
}

function content({ member, tokens, uses, grants, likes, audiences, timezone }, again) {
  const base = `state/members/${member.id}`;
    // makes a change, and shows a notice with its undo
  const change = (call, back) => async () => {
    const found = await call();
    did(found.did, () => back(found));
    again();
  };
  const of = (kind, make = post) => ({
    add: (offer_id) => change(() => (make === put ? put(`${base}/${kind}/${offer_id}`) : post(`${base}/${kind}`, { offer_id })), () => remove(`${base}/${kind}/${offer_id}`)),
    take: (offer_id) => change(() => remove(`${base}/${kind}/${offer_id}`), ({ at, grant }) => (make === put ? put(`${base}/${kind}/${offer_id}`) : post(`${base}/${kind}`, { offer_id, ...(at && { at }), ...grant }))),
  });
  const [use, grant, like, audience] = [of("uses"), of("grants"), of("likes", put), of("audiences", put)];
  return [
    h("h3.who", `${nameOf(member)} `, h("span.hint", `member ${member.id} of ${member.club}`)),
    banned(member, base, timezone, again),
    part("Tokens", tokens.length, tokens.map((each) => row(`${each.token.slice(0, 20)}…`, `${each.state}, ${each.state === "expired" ? "since" : "until"} ${stamp(each.expires_at)}`, tokenActions(each, base, change), each.state !== "valid" && each.state))),
    part("Uses", uses.length, uses.map((each) => row(title(each), `${count(each.uses.length, "use")}, the last ${away(Date.parse(each.uses.at(-1)) - worldNow())}`, [
      act("Take one back", use.take(each.offer_id), `use ${each.offer_id}`), act("Add one", use.add(each.offer_id), `add ${each.offer_id}`)])), adder("Add a use of offer", use.add)),
    part("Grants", grants.length, grants.map((each) => row(title(each), `${count(each.uses, "use")}, ${each.expires_at ? `${each.lapsed ? "lapsed" : "until"} ${stamp(each.expires_at)}` : "without end"}`,
      act("Take back the latest", grant.take(each.offer_id), `grant ${each.offer_id}`))), adder("Grant offer", grant.add)),
    part("Likes", likes.length, likes.map((each) => row(title(each), stamp(each.at), act("Unlike", like.take(each.offer_id), `like ${each.offer_id}`))), adder("Like offer", like.add)),
    part("Audiences", audiences.filter((each) => each.member).length, audiences.map((each) => row(each.name ?? `Audience ${each.id}`, each.member ? "belongs to it" : "does not belong to it",
      act(each.member ? "Leave" : "Join", (each.member ? audience.take : audience.add)(each.id), `audience ${each.id}`)))),
  ];
}

function banned(member, base, timezone, again) {
  const until = textInput({ placeholder: "tomorrow 9:00", "data-key": "until" });
  const is = Date.parse(member.banned_until) > worldNow();
  const ban = async (at) => {
    const before = member.banned_until ?? null;
    await patch(base, { banned_until: at === null ? null : new Date(at).toISOString() });
    did(at === null ? `${nameOf(member)} is no longer banned` : `${nameOf(member)} is banned until ${inZone(at, timezone)} (${timezone})`, () => patch(base, { banned_until: before }));
    again();
  };
  const read = (text) => readMoment(text, worldNow(), timezone);
  async function asTyped() {
    const at = read(until.value);
    set(until, "aria-invalid", Number.isNaN(at) ? "true" : null);
    if (Number.isNaN(at)) return toast(`Give ${EXPECTED}`, "bad");
    until.value = "";
    await ban(at);
  }
  return h("section.part", h("h4", "Ban"),
    h("p", { class: is ? "bad-text" : "hint" }, is ? `Banned until ${stamp(member.banned_until)} UTC: uses and grants are refused.` : "Not banned."),
    h("div.actions",
      act("Ban until tomorrow", () => ban(read("tomorrow")), "tomorrow"), act("Ban for an hour", () => ban(read("in 1 h")), "hour"), is && act("Lift the ban", () => ban(null), "lift")),
    h("form.line.end", { onsubmit: (event) => { event.preventDefault(); asTyped().catch(fail); } }, field("Ban until", until), h("button", "Ban")));
}

function tokenActions(token, base, change) {
  const path = `${base}/tokens/${segment(token.token)}`;
  const { revoked, created_at, expires_in } = token;
  const back = () => patch(path, { revoked, created_at, expires_in });
  const passed = Math.max(0, Math.floor((worldNow() - Date.parse(created_at)) / 1000));
  const to = (text, body) => act(text, change(() => patch(path, body), back), `${text} ${token.token}`);
  return token.state === "valid" ? [to("Expire now", { expires_in: passed }), to("Revoke", { revoked: true })]
    : [to("Make valid", { revoked: false, created_at: new Date(worldNow()).toISOString(), expires_in: Math.max(expires_in, 86_400) })];
}

const title = ({ offer_id, name }) => h("a", { href: `#offers/${offer_id}` }, `${offer_id} ${name ?? ""}`);
const act = (text, does, key) => button(text, does, { "data-key": key });

function part(name, number, rows, add) {
  return h("details.part", { "data-part": name, open: number > 0 && number < 7 }, h("summary", h("h4", `${name} (${number})`)), h("ul.dense", rows), add);
}

function row(name, text, actions, tag) {
  return h("li", h("span.what", name, h("span.hint", text)), tag && h("span.tag.note", tag), actions);
}

function adder(label, add) {
  const id = h("input", { type: "number", min: 1, "aria-label": label, placeholder: "1000016", "data-key": label });
  return h("form.line.adder", { onsubmit: (event) => { event.preventDefault(); const wanted = Number(id.value); id.value = ""; id.blur(); add(wanted)().catch(fail); } }, h("span.hint", label), id, h("button", "Add"));
}
