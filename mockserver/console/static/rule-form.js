// The form of one rule: it reads a rule and writes its part back; unknown keys stay.

import { field, h, option, set, textInput } from "./dom.js";
import { words } from "./format.js";
import { state } from "./store.js";

const FAULTS = ["reset", "empty", "truncate", "malformed_chunk", "garbage", "dribble", "hang"];
const OFTEN = { every: "every time", first: "the first … times", from: "from the …th time on", nth: "every …th time", these: "these times only" };
const DOES = { respond: "answer with a status", refuse: "refuse as documented", fault: "break the connection", delay: "only wait, or add headers", rate_limit: "limit the rate" };
const AT = { before: "before it is carried out", after_commit: "after it is carried out", during_body: "while the answer is sent" };
const KNOWN = new Set(["operation", "offer_id", "member_id", "header"]);
const PLACES = { operation: "when.operation", offer: "when.offer_id", member: "when.member_id", header: "when.header", times: "calls", chance: "chance", status: "then.respond.status", body: "then.respond.body",
  headers: "then.headers", refuse: "then.refuse", fault: "then.fault", limit: "then.rate_limit", per: "then.rate_limit.per", delay: "then.delay", at: "then.at" };

export function ruleForm(operations, changed) {
  const number = (more) => h("input", { type: "number", min: 0, step: 1, inputmode: "numeric", placeholder: "any", ...more });
  const choice = (texts) => h("select", Object.entries(texts).map(([value, each]) => option(value, each)));
  const area = (more) => h("textarea", { rows: 1, spellcheck: "false", ...more });
  const f = {}; // controls by name
  const boxes = {}; // with their labels
  const put = (name, label, control) => { f[name] = control; boxes[name] = field(label, control); };
  put("operation", "When this is asked", choice({ "": "any request", ...Object.fromEntries(operations.map((name) => [name, words(name)])) }));
  put("offer", "Offer", number());
  put("member", "Member", number());
  put("header", "With the header", textInput({ placeholder: "X-Product-Name: ios-app" }));
  put("often", "How often", choice(OFTEN));
  put("times", "Times", textInput({ inputmode: "numeric", value: "1" }));
  put("chance", "Chance in %", number({ min: 1, max: 100, placeholder: "100" }));
  put("does", "Then", choice(DOES));
  put("status", "Status", number({ min: 100, max: 599 }));
  put("refuse", "Refusal", choice(Object.fromEntries([...state.outcomes.values()].map((each) => [each.refusal, `${each.status} ${words(each.refusal)}`]))));
  put("fault", "Fault", choice(Object.fromEntries(FAULTS.map((each) => [each, words(each)]))));
  put("limit", "Calls", number({ min: 1, value: "5" }));
  put("per", "in any", textInput({ value: "10s" }));
  put("delay", "After waiting", textInput({ placeholder: "2s" }));
  put("at", "Moment", choice(AT));
  put("body", "Body", area({ rows: 2 }));
  put("headers", "Headers of the answer", area({ placeholder: "Retry-After: 5" }));
  const beyond = h("p.hint", { hidden: true });
  const row = (...names) => h("div.pair", names.map((name) => boxes[name]));
  const node = h("div.rule-form", { oninput: () => { arrange(); changed(); } }, row("operation", "offer", "member", "header"), row("often", "times", "chance"),
    row("does", "status", "refuse", "fault", "limit", "per", "delay", "at"), boxes.body, boxes.headers, beyond);

    // Shows the fields of the chosen options.
  function arrange() {
    const does = f.does.value;
    boxes.times.hidden = f.often.value === "every";
    boxes.status.hidden = boxes.body.hidden = does !== "respond";
    boxes.refuse.hidden = does !== "refuse";
    boxes.fault.hidden = does !== "fault";
    boxes.limit.hidden = boxes.per.hidden = does !== "rate_limit";
    boxes.at.hidden = does === "delay" || does === "rate_limit";
  }

  function fill(rule) {
    const when = rule.when ?? {};
    const then = rule.then ?? {};
    const operation = when.operation ?? "";
    if (![...f.operation.options].some((each) => each.value === String(operation))) f.operation.append(option(String(operation), [operation].flat().map(words).join(", ")));
    f.operation.value = String(operation);
    f.offer.value = when.offer_id ?? "";
    f.member.value = when.member_id ?? "";
    f.header.value = Object.entries(when.header ?? {}).map(([name, value]) => `${name}: ${value}`)[0] ?? "";
    [f.often.value, f.times.value] = oftenOf(rule.calls);
    f.chance.value = rule.chance === undefined ? "" : Math.round(rule.chance * 100);
    f.does.value = Object.keys(DOES).find((key) => key in then) ?? (then.headers ? "delay" : "respond");
    f.status.value = then.respond?.status ?? (then.respond && 200) ?? 500;
    f.body.value = then.respond?.body === undefined ? "" : typeof then.respond.body === "string" ? then.respond.body : JSON.stringify(then.respond.body);
    f.headers.value = f.headers.was = Object.entries({ ...then.headers, ...then.respond?.headers }).map(([name, value]) => `${name}: ${value}`).join("\n");
    f.refuse.value = refusalOf(then) ?? f.refuse.value;
    f.fault.value = faultOf(then) ?? f.fault.value;
    if (then.rate_limit) [f.limit.value, f.per.value] = [then.rate_limit.limit, then.rate_limit.per];
    f.delay.value = typeof then.delay === "object" ? JSON.stringify(then.delay) : then.delay ?? "";
    f.at.value = then.at ?? "before";
    const more = [...Object.keys(when).filter((key) => !KNOWN.has(key)), ...["in"].filter((key) => key in rule), ...Object.keys(then).filter((key) => !(key in DOES) && key !== "at" && key !== "headers")];
    beyond.hidden = !more.length;
    beyond.textContent = `The YAML also has: ${more.join(", ")}.`;
    arrange();
  }

    // Returns the rule with the form's values.
  function write(rule) {
    const when = kept(rule.when, [...KNOWN]);
    const then = kept(rule.then, [...Object.keys(DOES), "at", "headers"]);
    const own = f.headers.value === f.headers.was ? rule.then?.respond?.headers ?? rule.then?.headers : pairs(f.headers.value);
    const headers = own && Object.keys(own).length && { headers: own };
    if (f.operation.value) when.operation = String(rule.when?.operation) === f.operation.value ? rule.when.operation : f.operation.value;
    if (f.offer.value) when.offer_id = Number(f.offer.value);
    if (f.member.value) when.member_id = Number(f.member.value);
    const header = pairs(f.header.value);
    if (Object.keys(header).length) when.header = { ...rule.when?.header, ...header };
    const calls = callsOf(f.often.value, f.times.value);
    const found = { ...kept(rule, ["when", "calls", "chance", "then"]), ...(Object.keys(when).length && { when }), ...(calls !== undefined && { calls }), ...(f.chance.value && { chance: Number(f.chance.value) / 100 }), then };
    const does = f.does.value;
    if (does === "respond") then.respond = { status: Number(f.status.value), ...headers, ...(f.body.value.trim() && { body: bodyOf(f.body.value) }) };
    else Object.assign(then, headers || {});
    if (does === "refuse") then.refuse = refusalOf(rule.then) === f.refuse.value ? rule.then.refuse : f.refuse.value;
    if (does === "fault") then.fault = faultOf(rule.then) === f.fault.value ? rule.then.fault : f.fault.value;
    if (does === "rate_limit") then.rate_limit = { ...rule.then?.rate_limit, limit: Number(f.limit.value), per: f.per.value };
    if (f.delay.value || (does === "delay" && !headers)) then.delay = f.delay.value.startsWith("{") ? bodyOf(f.delay.value) : f.delay.value || "2s";
    if (!boxes.at.hidden && f.at.value !== "before") then.at = f.at.value;
    return found;
  }

    // Marks the fields with problems.
  function mark(problems, prefix) {
    for (const [name, place] of Object.entries(PLACES)) {
      const problem = problems.find(({ key }) => key === `${prefix}.${place}` || key.startsWith(`${prefix}.${place}.`) || key.startsWith(`${prefix}.${place}[`));
      set(f[name], "aria-invalid", problem ? "true" : null);
      set(f[name], "title", problem?.message);
    }
  }
  return { node, fill, write, mark, first: f.operation };
}

const kept = (value, without) => Object.fromEntries(Object.entries(value ?? {}).filter(([key]) => !without.includes(key)));

// `refuse: already_active`, or `refuse: {id, with}`; `fault: reset`, or `fault: {dribble: {over: 5s}}`
export const refusalOf = (then) => (then?.refuse?.id ?? then?.refuse)?.replaceAll("-", "_");
export const faultOf = (then) => (then?.fault && typeof then.fault === "object" ? Object.keys(then.fault)[0] : then?.fault);

function oftenOf(calls) {
  if (calls === undefined || calls === null) return ["every", "1"];
  if (typeof calls !== "object" || Array.isArray(calls)) return ["these", [calls].flat().join(", ")];
  if (calls.every) return ["nth", calls.every];
  return calls.to === undefined ? ["from", calls.from ?? 1] : (calls.from ?? 1) === 1 ? ["first", calls.to] : ["these", Array.from({ length: Math.min(50, calls.to - calls.from + 1) }, (_, at) => calls.from + at).join(", ")];
}

function callsOf(often, times) {
  const numbers = times.split(/[\s,]+/).filter(Boolean).map(Number);
  const [one] = numbers;
  return { every: undefined, first: { from: 1, to: one }, from: { from: one }, nth: { every: one }, these: numbers }[often];
}

function pairs(text) {
  return Object.fromEntries(text.split("\n").filter((line) => line.includes(":")).map((line) => [line.slice(0, line.indexOf(":")).trim(), line.slice(line.indexOf(":") + 1).trim()]));
}

function bodyOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
