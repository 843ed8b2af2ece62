// Undoes changes: from the notice, by the key u, or all at once.

import { post, segment } from "./api.js";
import { toast } from "./dialogs.js";
import { emit, refreshScenarios, setWorld } from "./store.js";

const MOST = 50;
const done = []; // {text, undo}, the newest last

export function did(text, undo) {
  done.push({ text, undo });
  if (done.length > MOST) done.shift();
  toast(text, "", ["Undo", undoLast]);
}

export async function undoLast() {
  const last = done.pop();
  if (!last) return toast("There is nothing to undo");
  await last.undo();
  refreshScenarios();
  emit("world");
  toast(`Undone: ${last.text}`);
}

export async function undoEverything() {
  const { snapshot, undone, world } = await post("undo");
  setWorld(world);
  const changes = undone.total + Object.keys(undone.settings).length;
  did(changes ? "Everything is as at the start; requests are kept" : "Everything was as at the start already",
    async () => setWorld(await post(`snapshots/${segment(snapshot)}/restore`)));
}
