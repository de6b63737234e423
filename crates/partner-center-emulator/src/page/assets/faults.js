// Active faults, and the form that adds one. The form is built from the list of kinds of the
// control endpoint.

import { control } from "./control.js";
import { announce, attempt, byId, el, fill } from "./dom.js";

let kinds = [];
let conditions = [];
let shown = "";
let refresh = () => {};

/** Connects the form; `changed` is called after each change. */
export function startFaults(changed) {
  refresh = changed;
  byId("fault-kind").addEventListener("change", showFields);
  byId("fault-form").addEventListener("submit", add);
  byId("fault-form").addEventListener("change", showConditional);
  byId("faults-clear").addEventListener("click", async () => {
    await attempt(() => control("DELETE", "faults"), "Removed all faults.");
    refresh();
  });
}

/** Reads the kinds of faults once. */
export async function loadKinds() {
  if (kinds.length) return;
  const list = await control("GET", "fault-kinds");
  kinds = list.kinds;
  conditions = list.conditions ?? [];
  const select = byId("fault-kind");
  fill(select, kinds.map((kind) => el("option", { value: kind.kind }, readable(kind.kind))));
  select.value = kinds.some((kind) => kind.kind === "throttle") ? "throttle" : kinds[0].kind;
  showFields();
}

/** Shows the active faults. */
export function showFaults(faults) {
  const version = JSON.stringify(faults);
  if (version === shown) return;
  shown = version;
  const list = byId("faults");
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  byId("faults-empty").hidden = faults.length > 0;
  byId("faults-clear").disabled = faults.length === 0;
  fill(list, faults.map(item));
  if (focused) {
    const again = list.querySelector(`button[data-id="${CSS.escape(focused)}"]`);
    (again ?? byId("fault-kind")).focus();
  }
}

function item(fault) {
  const left = fault.remaining === null ? "until removed" : `${fault.remaining} left`;
  return el("li", { class: fault.remaining === 0 ? "spent" : "", "data-fault": fault.id },
    el("div", {},
      el("strong", {}, fault.summary),
      el("small", {}, `fault ${fault.id} · applied ${fault.applied} ${fault.applied === 1 ? "time" : "times"} · ${left}`)),
    el("button", {
      type: "button",
      class: "small",
      "data-id": fault.id,
      "aria-label": `Remove the fault ${fault.id}: ${fault.summary}`,
      onclick: async () => {
        await attempt(() => control("DELETE", `faults/${encodeURIComponent(fault.id)}`), `Removed the fault ${fault.id}.`);
        refresh();
      },
    }, "Remove"));
}

function chosen() {
  return kinds.find((kind) => kind.kind === byId("fault-kind").value) ?? kinds[0];
}

function showFields() {
  const kind = chosen();
  byId("fault-meaning").textContent = kind.summary;
  fill(byId("fault-fields"), kind.fields.map((field) => input(field, "field")));
  fill(byId("fault-when"), conditions.map((field) => {
    const own = { times: kind.times, on: kind.on }[field.name];
    return input(own === undefined ? field : { ...field, default: own }, "when");
  }));
  showConditional();
}

/** Hides fields that have an effect only with another value of another field. */
function showConditional() {
  for (const field of chosen()?.fields ?? []) {
    if (!field.onlyWith) continue;
    const row = byId("fault-fields").querySelector(`[data-row="${field.name}"]`);
    const [[other, value]] = Object.entries(field.onlyWith);
    row.hidden = byId(`field-${other}`).value !== value;
  }
}

function input(field, group) {
  const id = `${group}-${field.name}`;
  const hint = `${id}-hint`;
  const shared = {
    id, name: field.name, "data-type": field.type, "data-default": text(field.default), required: field.required, "aria-describedby": hint, autocomplete: "off",
  };
  const meaning = el("p", { class: "hint", id: hint }, field.meaning);
  const label = el("label", { for: id }, readable(field.name));
  const row = { class: "field", "data-row": field.name };
  if (field.type === "boolean") {
    const box = el("input", { ...shared, type: "checkbox", required: false });
    box.checked = field.default === true;
    return el("div", { class: "check", "data-row": field.name }, box, el("div", {}, label, meaning));
  }
  if (field.type === "choice") {
    const options = field.choices.map((choice) => el("option", { value: choice }, choice));
    if (field.default === undefined && !field.required) options.unshift(el("option", { value: "" }, "any"));
    const select = el("select", shared, options);
    if (field.default !== undefined) select.value = field.default;
    return el("div", row, label, select, meaning);
  }
  const numeric = field.type === "integer" || field.type === "number";
  return el("div", row, label, el("input", {
    ...shared,
    type: numeric ? "number" : "text",
    min: numeric ? field.minimum : null,
    max: numeric ? field.maximum : null,
    step: field.type === "number" ? "any" : null,
    value: text(field.default),
    list: field.name === "operation" ? "operations" : null,
    placeholder: field.type === "object" ? '{"X-Name": "value"}' : field.alternative ?? null,
  }), meaning);
}

function text(value) {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

async function add(event) {
  event.preventDefault();
  const fault = { kind: byId("fault-kind").value };
  for (const element of event.target.querySelectorAll("[data-type]")) {
    if (element.closest("[hidden]")) continue;
    const value = read(element);
    // Defaults are left to the emulator, because some fields need others.
    if (value !== undefined && String(value) !== element.dataset.default) fault[element.name] = value;
  }
  await attempt(async () => {
    const created = await control("POST", "faults", fault);
    announce(`Added the fault ${created.id}: ${created.summary}`);
  });
  refresh();
}

function read(element) {
  if (element.dataset.type === "boolean") return element.checked;
  const text = element.value.trim();
  if (text === "") return undefined;
  switch (element.dataset.type) {
    case "integer":
    case "number":
      return Number(text);
    case "count":
      return /^\d+$/.test(text) ? Number(text) : text;
    case "object":
    case "any":
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    default:
      return text;
  }
}

/** Returns the words of a name: `retryAfterSeconds` becomes `Retry after seconds`. */
function readable(name) {
  const words = name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`).replace(/_/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
