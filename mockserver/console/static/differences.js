// What differs between two moments of this world, in words.

import { get, segment } from "./api.js";
import { open } from "./dialogs.js";
import { h, replace } from "./dom.js";

export async function showDifferences(from, title, to = "now") {
  const { words } = await get(`diff?from=${segment(from)}&to=${segment(to)}`);
  open(title, (body) => replace(body, words.length ? h("ul.dense", words.map((each) => h("li", each))) : h("p", "Nothing differs."),
    words.length === 200 && h("p.hint", "The first 200 changes.")));
}
