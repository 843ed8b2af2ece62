// The page's state, and subscriptions to its changes.

import { get } from "./api.js";
import { fail, later } from "./dom.js";

const KEPT = 1000; // requests shown; the journal may keep more

export const state = {
  world: null, // the world's document; `read` is when it came (performance.now())
  rows: [], // journal rows, newest first
  scenarios: [],
  rules: [], // those without a scenario, with their hits
  outcomes: new Map(), // by scenario id: the refusal that it forces
  connection: "connecting",
};

const listeners = new Map();

export function on(topic, listener) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
}

export function emit(topic) {
  for (const listener of listeners.get(topic) ?? []) listener();
}

export function setWorld(document) {
  const before = state.world;
  state.world = { ...document, read: performance.now() };
  // the journal's own count says how many of the newest are left after a reset, a clear or an overflow
  if (document.counts.requests < state.rows.length) {
    state.rows.length = document.counts.requests;
    emit("requests");
  }
  emit("world");
  if (!before || before.rev !== document.rev) refreshScenarios();
}

export function addRows(rows, fresh = false) {
  const known = fresh ? [] : state.rows;
  state.rows = [...rows.toReversed(), ...known].slice(0, KEPT);
  emit("requests");
  if (rows.some((row) => row.rule)) refreshScenarios();
}

// The final result of a response.
export function addDelivery(delivery) {
  state.rows = state.rows.map((row) => row.id === delivery.id ? { ...row, ...delivery, text: null } : row);
  emit("requests");
}

export function setConnection(connection) {
  if (state.connection === connection) return;
  state.connection = connection;
  emit("connection");
}

export function worldNow() {
  if (!state.world) return Date.now();
  const { clock, read } = state.world;
  const passed = clock.mode === "frozen" ? 0 : (performance.now() - read) * (clock.mode === "running" ? clock.rate : 1);
  return Date.parse(clock.now) + passed;
}

export const refreshScenarios = later(150, async () => {
  if (state.connection === "dropped") return;
  try {
    const [{ scenarios }, rules] = await Promise.all([get("scenarios"), state.world?.counts.rules ? get("rules") : { rules: [] }]);
    state.scenarios = scenarios;
    state.rules = rules.rules;
    emit("scenarios");
  } catch (problem) {
    if (!state.scenarios.length) fail(problem);
  }
});

export async function loadOutcomes() {
  for (const outcome of (await get("outcomes")).outcomes) state.outcomes.set(outcome.forced.scenario, outcome);
  emit("scenarios");
}
