// Changes one offer's stock, limits and windows.

import { ApiError, get, patch } from "./api.js";
import { explain, open, toast } from "./dialogs.js";
import { button, field, h, option, replace, set, textInput } from "./dom.js";
import { stamp } from "./format.js";
import { worldNow } from "./store.js";

const WINDOWS = [["usable_since", "Usable from"], ["usable_until", "Usable until"], ["visible_since", "Visible from"], ["visible_until", "Visible until"]];
const SPANS = ["MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"];

export async function openOffer(id) {
  const [offer, { offers }] = await Promise.all([get(`state/offers/${id}`), get(`state/offers?search=${id}&limit=100`)]);
  const uses = offers.find((each) => each.id === id)?.standing.uses_count ?? 0;
  open(offer.name ?? `Offer ${id}`, (body, close) => replace(body, form(offer, uses, close)));
}

function form(offer, uses, close) {
  const whole = (value) => h("input", { type: "number", min: 0, step: 1, inputmode: "numeric", placeholder: "no limit", value: value ?? "" });
  const inputs = {
    status: h("select", ["published", "draft"].map((each) => option(each, each, each === offer.status))),
    stock: whole(offer.stock),
    maximum_uses_per_user: whole(offer.maximum_uses_per_user),
    ...Object.fromEntries(WINDOWS.map(([name]) => [name, textInput({ placeholder: "open", value: offer[name] ?? "" })])),
  };
  const span = h("select", option("", "no limit"), SPANS.map((each) => option(each, `a ${each.toLowerCase()}`, each === offer.period?.timespan)));
  const most = whole(offer.period?.max_uses);
  const wrong = h("p.problem", { role: "alert", hidden: true });

  function changes() {
    const found = {};
    for (const [name, input] of Object.entries(inputs)) {
      const text = input.value.trim();
      const value = text === "" ? null : input.type === "number" ? Number(text) : text;
      if (value !== (offer[name] ?? null)) found[name] = value;
    }
    const period = span.value ? { timespan: span.value, max_uses: Number(most.value || 1) } : null;
    if (JSON.stringify(period) !== JSON.stringify(offer.period)) found.period = period;
    return found;
  }

  async function save() {
    for (const input of Object.values(inputs)) set(input, "aria-invalid", null);
    try {
      await patch(`state/offers/${offer.id}`, changes());
      toast("Saved. The next answer has it.");
      close();
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      wrong.hidden = false;
      wrong.textContent = problem.problems.map((each) => each.message).join("; ") || explain(problem);
      const name = problem.problems.map((each) => String(each.path ?? "").replace(/^body\./, "").split(/[.[]/)[0]).find((each) => inputs[each]);
      if (name) { set(inputs[name], "aria-invalid", "true"); inputs[name].focus(); }
    }
  }

  const at = (input, ms) => () => { input.value = new Date(worldNow() + ms).toISOString(); };
  return h("form", { novalidate: true, onsubmit: (event) => event.preventDefault() },
    h("p.hint", `Offer ${offer.id} · ${offer.club} · ${offer.type} · ${offer.scope} · used ${uses} times by all members`), wrong,
    h("fieldset", h("legend", "Limits"), h("div.pair",
      field("Stock, for all members", inputs.stock, `${uses} of it are used. Empty: no limit.`), field("Uses for each member", inputs.maximum_uses_per_user, "Empty: no limit.")),
      h("div.actions", button("Sold out", () => { inputs.stock.value = uses; }), button("One left", () => { inputs.stock.value = uses + 1; }), button("No limit", () => { inputs.stock.value = ""; })),
      h("div.pair", field("Uses in a period", most), field("Period", span))),
    h("fieldset", h("legend", "Windows (UTC)"), h("p.hint", `A time such as 2019-03-13T18:00:00Z, or now-1h, now+2d. It is ${stamp(worldNow())} now. Empty: open.`),
      h("div.pair", WINDOWS.map(([name, text]) => field(text, inputs[name]))),
      h("div.actions", button("Ends in a minute", at(inputs.usable_until, 60_000)), button("Begins in a minute", at(inputs.usable_since, 60_000)))),
    field("Status", inputs.status, offer.archived_at ? "This offer is archived: nobody sees it." : "Nobody sees a draft."),
    h("div.actions.bar", button("Save", save, { class: "primary", type: "submit" }), button("Cancel", close)));
}
