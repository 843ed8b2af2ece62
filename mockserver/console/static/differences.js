// What differs between an earlier world and this one, record by record.

import { get, segment } from "./api.js";
import { open } from "./dialogs.js";
import { h, replace } from "./dom.js";
import { count, words } from "./format.js";

export async function showDifferences(from, name) {
  const found = await get(`diff?from=${segment(from)}`);
  open(`Compared with ${name}`, (body) => replace(body, told(found)));
}

function told({ settings, records, total }) {
  const changed = Object.entries(settings);
  if (!changed.length && !total) return h("p", "Nothing differs.");
  return [
    changed.length > 0 && h("dl.headers", changed.map(([name, [then, now]]) => [h("dt", name), h("dd", fromTo(then, now))])),
    h("p.hint", total > records.length ? `The first ${records.length} of ${count(total, "record")}` : count(total, "record")),
    h("ul.dense", records.map(({ table, key, change, attributes }) => h("li", h("span.what", h("b", `${table} ${key}`),
      change === "changed" ? Object.entries(attributes).map(([attribute, [then, now]]) => h("span.hint", `${words(attribute)}: ${fromTo(then, now)}`)) : h("span.hint", change)))))
  ];
}

const fromTo = (then, now) => `${shown(then)} → ${shown(now)}`;

function shown(value) {
  if (value === null || value === undefined || value.length === 0) return "none";
  const text = typeof value === "string" ? value : Array.isArray(value) ? value.map(shown).join(", ") : typeof value === "object" ? Object.values(value).map(shown).join(" ") : String(value);
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}
