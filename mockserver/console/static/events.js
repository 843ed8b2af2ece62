// Events that apps registered: clicked, seen.

import { get } from "./api.js";
import { h, later, option, replace, say } from "./dom.js";
import { count, pretty, stamp } from "./format.js";
import { on, state } from "./store.js";

const SHOWN = 200;

export function eventsView() {
  const kind = h("select", { "aria-label": "Which events", onchange: () => load() }, option("", "All"), option("clicked", "Clicked"), option("seen", "Seen"));
  const summary = h("span.hint", { role: "status" });
  const list = h("ul.cards");
  const node = h("div.pad", h("div.title", h("h2", { tabindex: -1 }, "Events"), summary, h("span.grow"), kind),
    h("p.lead", "What apps registered by offers_clicked and offers_seen. Fetching an offer's picture counts as seen, too."), list);

  const load = later(150, async () => {
    if (!node.isConnected || state.connection === "dropped") return;
    const { events, total } = await get(`events?limit=${SHOWN}${kind.value ? `&kind=${kind.value}` : ""}`);
    say(summary, total > SHOWN ? `the newest ${SHOWN} of ${count(total, "event")}` : count(total, "event"));
    replace(list, events.length ? events.map(line) : h("li.empty", "No event yet. Open an offer's picture in the app, or let it send POST …/events/offers_clicked."));
  });

  on("events", load);
  on("world", load);
  return { node, shown: load };
}

function line(event) {
  return h("li.card.event", h("span", { class: `tag ${event.kind}` }, event.kind),
    h("div.what",
      h("p.name", h("b", `offer ${event.offer_id}`), h("span", `member ${event.member_id}`), event.source === "image" && h("span.tag.note", "by its picture")),
      h("p.hint", `${stamp(event.created_at)} · ${event.club}`),
      event.context && h("details", h("summary", "Context"), h("pre", { tabindex: 0, role: "region", "aria-label": "Context" }, pretty(event.context)))));
}
