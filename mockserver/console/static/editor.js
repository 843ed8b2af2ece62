// Makes and edits a scenario: a form beside its YAML, each following the other; the server checks as you type.

import { ApiError, check, get, post, putScenario, remove, save, segment } from "./api.js";
import { explain, open } from "./dialogs.js";
import { button, fail, field, h, nameInput, option, replace, say, set, textInput } from "./dom.js";
import { words } from "./format.js";
import { faultOf, refusalOf, ruleForm } from "./rule-form.js";
import { refreshScenarios, state } from "./store.js";
import { did } from "./undo.js";

const PAUSE = 250; // ms after the last key
const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) || "mine";

// `#make`, `#make/ID`, `#make/?request=12`, `#make/?status=500`, `#make/?title=…`
export async function openEditor([asked = ""]) {
  const [{ operations }, begun] = await Promise.all([get("operations"), begin(decodeURIComponent(asked))]);
  open(begun.id ? `Edit ${begun.id}` : "Make a scenario", (body, close) => editor(body, close, begun, operations.map((each) => each.name)), {
    kind: "sheet wide", onclose: () => { if (location.hash.startsWith("#make")) location.hash = "scenarios"; },
  });
}

async function begin(asked) {
  if (asked.startsWith("?")) return { scenario: await fresh(new URLSearchParams(asked.slice(1))) };
  if (!asked) return { scenario: await fresh(new URLSearchParams()) };
  const { file, own, title } = await get(`scenarios/${segment(asked)}`);
  return own ? { id: asked, scenario: file } : { scenario: { ...file, id: undefined, title: `${title}, mine` } };
}

async function fresh(asked) {
  const when = {};
  const then = { respond: { status: Number(asked.get("status") ?? 500), body: { error: "Something went wrong" } } };
  if (asked.has("request")) {
    const { operation, offer_id, member_id, method, path } = await get(`requests/${asked.get("request")}`);
    Object.assign(when, operation ? { operation, ...(offer_id && { offer_id }), ...(member_id && { member_id }) } : { method, path });
  } else when.operation = "use_offer";
  return { ...(asked.has("title") && { title: asked.get("title") }), rules: [{ when, calls: { from: 1, to: 1 }, then }] };
}

function editor(body, close, { id, scenario }, operations) {
  let doc = structuredClone(scenario);
  let at = 0; // which rule the form shows
  let turn = 0; // answers to older questions are thrown away
  let timer = 0;
  let named = Boolean(id || doc.title);
  const title = textInput({ value: doc.title ?? "", oninput: () => { named = true; later(fromForm); } });
  const own = nameInput({ value: id ?? "", disabled: Boolean(id), required: false });
  const which = h("select", { "aria-label": "Rule", onchange: () => { at = Number(which.value); form.fill(doc.rules[at]); } });
  const form = ruleForm(operations, () => later(fromForm));
  const numbers = h("pre.gutter", { "aria-hidden": "true" });
  const text = h("textarea.yaml", { spellcheck: "false", wrap: "off", "aria-label": "YAML", oninput: () => later(fromText), onscroll: () => { numbers.scrollTop = text.scrollTop; } });
  const problems = h("ul.problems");
  const next = h("div.next", { role: "status" });
  const onOff = button("Save and turn on", () => keep(true), { class: "primary" });
  replace(body, h("div.bench",
    h("section", { "aria-label": "Form" }, h("div.line", which, button("Add a rule", add, { class: "quiet" })), form.node,
      h("div.pair", field("Title", title), field("Id", own, "How tests and X-Mock-Scenario name it."))),
    h("section", { "aria-label": "YAML" }, h("div.code", numbers, text), h("div", { role: "status" }, problems))),
    h("div.actions.bar", next, h("span.grow"), onOff, button("Save", () => keep(false)), button("Download", () => save(new Blob([text.value]), `${idOf()}.yaml`)), button("Cancel", close, { class: "quiet" })));

  const idOf = () => own.value.trim() || unique(slug(title.value || doc.title || "mine"));
  const later = (action) => { clearTimeout(timer); turn += 1; timer = setTimeout(() => action().catch(fail), PAUSE); };

  async function fromForm() {
    doc.rules ??= [];
    doc.rules[at] = form.write(doc.rules[at] ?? {});
    if (!named) title.value = titleOf(doc.rules[at]);
    const { title: _, ...rest } = doc;
    doc = { ...(doc.id && { id: doc.id }), title: title.value || "Mine", ...rest };
    const found = await asked(doc);
    if (!found) return;
    text.value = found.yaml;
    show(found);
  }

  async function fromText() {
    const found = await asked(text.value);
    if (!found) return;
    if (found.scenario) {
      doc = found.scenario;
      if (typeof doc.title === "string") { title.value = doc.title; named = true; }
      fill();
    }
    show(found);
  }

  async function asked(value) {
    const mine = ++turn;
    const found = await check(value);
    return mine === turn ? found : null;
  }

  function fill() {
    const rules = Array.isArray(doc.rules) ? doc.rules : [];
    at = Math.max(0, Math.min(at, rules.length - 1));
    which.hidden = rules.length < 2;
    replace(which, rules.map((rule, index) => option(index, `Rule ${index + 1} of ${rules.length}${rule?.name ? `: ${rule.name}` : ""}`, index === at)));
    if (rules[at] && typeof rules[at] === "object") form.fill(rules[at]);
  }

  function show({ problems: found, next: ahead, sees }) {
    const wrong = new Set(found.map(({ line }) => line));
    replace(numbers, text.value.split("\n").map((_, index) => h("span", { class: wrong.has(index + 1) ? "wrong" : "" }, `${index + 1}\n`)));
    set(text, "aria-invalid", found.length ? "true" : null);
    replace(problems, found.map((each) => h("li", h("button", { class: "plain", onclick: () => goTo(each.line) }, each.line && h("b", `Line ${each.line}`), ` ${each.message}${each.hint ? ` — ${each.hint}` : ""}`))));
    form.mark(found, `rules[${at}]`);
    onOff.disabled = found.length > 0;
    own.placeholder = unique(slug(title.value || "mine"));
    replace(next, found.length ? h("p.hint", "Mend what is marked; then it tells what the next request gets.")
      : ahead.map((each) => h("p", each.text, each.behind.length > 0 && h("span.hint", ` But ${each.behind.map((label) => label.split("/")[0]).join(", ")} comes first.`))),
      !found.length && !ahead.length && h("p", sees.join("; ") || "This scenario does nothing yet."));
  }

  function goTo(line) {
    const begin = text.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(begin, begin + text.value.split("\n")[line - 1].length);
  }

  async function add() {
    doc.rules = [...(doc.rules ?? []), { then: { delay: "2s" } }];
    at = doc.rules.length - 1;
    fill();
    await fromForm();
  }

  async function keep(active) {
    clearTimeout(timer);
    const name = idOf();
    const before = state.scenarios.find((each) => each.id === name);
    const file = before && (await get(`scenarios/${segment(name)}`)).file;
    const path = `scenarios/${segment(name)}`;
    try {
      const { title: saved } = await putScenario(name, text.value);
      if (active) await post(`${path}/activate`);
      did(`“${saved}” is saved${active ? " and on" : ""}`, () => (file ? putScenario(name, file) : remove(path)));
    } catch (problem) {
      if (!(problem instanceof ApiError)) throw problem;
      return say(next, explain(problem));
    }
    refreshScenarios();
    location.hash = `scenarios/${segment(name)}`;
    close();
  }

  fill();
  fromForm();
  form.first.focus();
}

function unique(wanted) {
  const taken = new Set(state.scenarios.map((each) => each.id));
  for (let n = 1; ; n++) if (!taken.has(n === 1 ? wanted : `${wanted}-${n}`)) return n === 1 ? wanted : `${wanted}-${n}`;
}

// "use offer 1000016 by member 43 answers 500"
function titleOf({ when = {}, then = {} }) {
  const who = [when.operation ? [when.operation].flat().map(words).join(", ") : "any request", when.offer_id, when.member_id && `by member ${when.member_id}`].filter(Boolean).join(" ");
  const what = then.respond ? `answers ${then.respond.status}` : then.refuse ? `is refused: ${words(refusalOf(then))}` : then.fault ? `meets ${words(faultOf(then))}` : then.rate_limit ? "is limited" : "is slow";
  return `${who} ${what}`.replace(/^./, (letter) => letter.toUpperCase());
}
