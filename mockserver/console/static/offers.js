// Offers with one member's state; only visible pages are loaded.

import { get, segment } from "./api.js";
import { fail, h, later, option, replace, say, searchInput } from "./dom.js";
import { count, duration, stamp, words } from "./format.js";
import { WindowedList } from "./list.js";
import { openOffer } from "./offer-form.js";
import { on, state, worldNow } from "./store.js";

const PAGE = 50;
const ASK_AGAIN = 5000; // ms; time alone changes what a member may use
const CHOICES = 200; // members listed; the search finds the others

export function offersView() {
  const search = searchInput("Name, tag, store or id…", "Search offers", () => find());
  const member = h("select", { onchange: () => find() });
  const seek = searchInput("Find a member…", "Find a member by name, address or id", later(250, () => loadMembers().catch(fail)));
  const summary = h("span.hint", { role: "status" });
  const list = new WindowedList({ label: "Offers by id", height: 62, make: row, onwindow: need });
  const empty = h("p.empty", { hidden: true }, "No offer is like this. Change the search, or choose another member.");
  const node = h("div.tall",
    h("div.title", h("h2", { tabindex: -1 }, "Offers"), summary),
    h("div.line.wrap.filters", search, h("label.line", "as seen by", member), seek), empty, list.node);
  let pages = new Map(); // by number: the rows, or the promise of them
  let total = 0;
  let turn = 0; // answers to older questions are thrown away
  let asked = 0;
  let first = 0;

  const find = later(150, () => { list.node.scrollTop = 0; fresh(); });

  function query(extra) {
    const found = new URLSearchParams(extra);
    if (search.value.trim()) found.set("search", search.value.trim());
    if (member.value.startsWith("club:")) found.set("club", member.value.slice(5));
    else if (member.value) found.set("member_id", member.value);
    return `state/offers?${found}`;
  }

  function fresh() {
    turn += 1;
    asked = performance.now();
    const sight = new Set([Math.floor(first / PAGE), Math.floor((first + 12) / PAGE)]);
    const stale = pages;
    pages = new Map();
    for (const page of sight) load(page, stale);
  }

  async function load(page, stale = pages) {
    if (pages.has(page)) return;
    pages.set(page, stale.get(page) ?? []);
    const mine = turn;
    try {
      const found = await get(query({ offset: page * PAGE, limit: PAGE }));
      if (mine !== turn) return;
      pages.set(page, found.offers);
      total = found.total;
      draw();
    } catch (problem) {
      pages.delete(page);
      fail(problem);
    }
  }

  function draw() {
    say(summary, count(total, "offer"));
    empty.hidden = total > 0;
    list.node.hidden = !total;
    list.show(total, (index) => pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? null, (offer) => offer.id);
  }

  function need(from, to) {
    first = from;
    for (let page = Math.floor(from / PAGE); page <= Math.floor(Math.max(from, to - 1) / PAGE) && total; page++) load(page);
  }

  async function loadMembers() {
    const chosen = member.value;
    const [{ members, total: all }, { clubs }] = await Promise.all([get(`state/members?limit=${CHOICES}&search=${segment(seek.value.trim())}`), get("state/clubs")]);
    const kept = chosen && member.selectedOptions[0];
    replace(member, h("optgroup", { label: "Members" }, members.map((each) => option(each.id, named(each)))),
      h("optgroup", { label: "Guests" }, clubs.map((each) => option(`club:${each.slug}`, `a guest of ${each.name ?? each.slug}`))));
    if (kept && ![...member.options].some((each) => each.value === chosen)) member.append(kept);
    if (seek.value.trim() && members.length) member.value = String(members[0].id);
    else if (chosen) member.value = chosen;
    seek.hidden = all <= 12 && !seek.value;
    find();
  }

  on("world", later(300, () => node.isConnected && (member.options.length ? fresh() : loadMembers().catch(fail))));
  on("tick", () => {
    if (node.isConnected && state.connection !== "lost" && state.world.clock.mode !== "frozen" && performance.now() - asked > ASK_AGAIN) fresh();
  });
  return { node, shown([id]) {
    if (!member.options.length) loadMembers().catch(fail);
    else fresh();
    if (id && /^\d+$/.test(id)) {
      search.value = id;
      openOffer(Number(id)).catch(fail);
    }
  } };
}

function named({ id, properties, club, banned_until: banned }) {
  const name = [properties?.first_name, properties?.last_name].filter(Boolean).join(" ");
  return `${id}${name ? ` ${name}` : ""} (${club}${banned && Date.parse(banned) > worldNow() ? ", banned" : ""})`;
}

function row(offer) {
  if (!offer) return h("p.hint.loading", "Loading…");
  const { visible, usage, use_refused_by: refused, stock_left: left } = offer.standing;
  const state_ = offer.archived_at ? "archived" : offer.status === "draft" ? "draft" : visible ? null : "not visible";
  return h("button", { class: "offer", onclick: () => openOffer(offer.id).catch(fail) },
    h("span.what",
      h("span.name", h("b", offer.name ?? "(no name)"), h("span.hint", `${offer.id}`), offer.type !== "REGULAR" && h("span.tag", offer.type.toLowerCase()), state_ && h("span.tag.note", state_)),
      h("span.facts", facts(offer, usage, left))),
    h("span", { class: `verdict ${refused === undefined ? "" : refused ? "bad" : "good"}` }, verdict(refused, usage)));
}

function facts(offer, usage, left) {
  const used = usage.max_uses === null ? null : `${usage.max_uses} uses each`;
  return [usage.uses_left === null ? "no limit" : `${usage.uses_left} left`, used, left !== null && `stock ${left} of ${offer.stock}`,
    usage.period && `${usage.period.uses_left} of ${usage.period.max_uses} this ${usage.period.timespan.toLowerCase()}`,
    Date.parse(usage.active_until) > worldNow() && `active until ${stamp(usage.active_until)}`,
    offer.usable_until && `usable until ${stamp(offer.usable_until)}`].filter(Boolean).join(" · ");
}

function verdict(refused, usage) {
  if (refused === undefined) return usage.usable ? "usable" : "not usable";
  if (!refused) return "A use works";
  if (refused === "already_active") return `Already active, ${duration(Date.parse(usage.active_until) - worldNow()).replaceAll(" ", "\u00a0")}\u00a0left`;
  return words(refused).replace(/^./, (letter) => letter.toUpperCase());
}
