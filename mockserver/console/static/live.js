// Follows the world: by server-sent events (with fetch, to send the token), else by polling.

import { gate, get, send, world } from "./api.js";
import { addDelivery, addRows, emit, setConnection, setWorld, state } from "./store.js";

const FIRST_BYTE = 5000; // ms; a proxy that holds the stream back is noticed by this
const ASK_EVERY = 2000;
let held = 0; // streams in a row that failed although the server answers: something in between holds them back
let tries = 0; // since the connection was lost
let stop = null;
let offering = false;

export function follow() {
  document.addEventListener("visibilitychange", () => (document.hidden ? stop?.abort("hidden") : stop || run()));
  addEventListener("pagehide", () => stop?.abort("hidden"));
  run();
  offer();
}

async function run() {
  while (!document.hidden && state.connection !== "dropped") {
    stop = new AbortController();
    try {
      await (held < 3 ? stream(stop) : poll());
      if (await gone()) break;
    } catch {
      if (stop.signal.aborted && stop.signal.reason === "hidden") break;
      tries += 1;
      setConnection("lost");
      await pause(Math.min(500 * tries, 3000));
      try {
        if (await gone()) break;
        held += 1;
        if (!gate.met) offer();
      } catch { // no server: when it is back, its world may not be
        held = 0;
        gate.met = false;
      }
    }
  }
  stop = null;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function stream(controller) {
  const slow = setTimeout(() => controller.abort("slow"), FIRST_BYTE);
  const response = await send("GET", "stream?since=0&only=request,delivery,event,world", undefined, { signal: controller.signal });
  if (!response.ok) throw new Error(`the stream answered ${response.status}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let fresh = true; // ids begin anew when the server does, so each connection begins with the whole journal
  for (;;) {
    const { value, done } = await reader.read();
    clearTimeout(slow);
    if (done) return;
    const parts = (rest + value).split("\n\n");
    rest = parts.pop();
    fresh = take(parts.map(message), fresh);
  }
}

function message(text) {
  const found = { event: "message", data: "" };
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) found[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
  }
  return found;
}

// In order: a world's count of requests holds for the rows before it.
function take(messages, fresh) {
  let rows = [];
  const flush = (first) => {
    if (rows.length || first) addRows(rows, first);
    rows = [];
  };
  for (const { event, data } of messages) {
    if (event === "request") rows.push(JSON.parse(data));
    else if (event === "world") {
      flush(fresh);
      fresh = false;
      held = 0;
      met("live");
      setWorld(JSON.parse(data));
    } else if (event === "delivery") addDelivery(JSON.parse(data));
    else if (event === "event") emit("events");
  }
  if (rows.length) {
    flush(fresh);
    fresh = false;
  }
  return fresh;
}

async function poll() {
  const { requests } = await get("requests?limit=1000");
  addRows(requests.toReversed(), true);
  const before = state.world?.counts.events;
  setWorld(await get("world"));
  if (before !== state.world.counts.events) emit("events");
  met("asking");
  await pause(ASK_EVERY);
}

function met(connection) {
  tries = 0;
  gate.met = true;
  setConnection(connection);
}

async function there() {
  const { worlds } = await (await send("GET", "worlds", undefined, { everywhere: true })).json();
  return worlds.some((each) => each.name === world);
}

async function gone() {
  if ((await there()) || !gate.met) return false; // one that was never there is waited for
  setConnection("dropped");
  return true;
}

// The stream waits for a missing world; offer to make it.
async function offer() {
  if (world === "default" || offering) return;
  offering = true;
  try {
    if (await there()) return;
    setConnection("missing");
    await (await import("./worlds.js")).offerWorld();
  } catch { // no server, which the stream tells
  } finally {
    offering = false;
  }
}
