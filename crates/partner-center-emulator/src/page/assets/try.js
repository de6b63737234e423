// "Try it": the form of one operation, its request and the response.

import { connection } from "./control.js";
import { attempt, byId, copyButton, el, fill, pretty, setText, statusClass } from "./dom.js";
import { inline } from "./markdown.js";
import { limitsOf, resolve, typeOf } from "./schema.js";

const SCOPE = "https://api.partnercenter.microsoft.com/.default";

/** Parameters that few calls need; they are shown on demand. */
const RARE = ["MS-RequestId", "MS-CorrelationId", "X-Locale", "MS-ContinuationToken"];

/** Connects the controls of the access token. */
export function startToken() {
  byId("token-delegated").addEventListener("click", () => attempt(() => signIn(false)));
  byId("token-app").addEventListener("click", () => attempt(() => signIn(true)));
  byId("token").addEventListener("input", () => showToken("the token below"));
}

function showToken(owner) {
  const present = byId("token").value.trim() !== "";
  setText(byId("token-state"), present ? `Signed in: ${owner}` : "No access token");
  byId("token-state").className = present ? "state ok" : "state";
}

/** Signs in at the emulator with the seeded credentials. */
async function signIn(asApplication) {
  const values = await connection();
  const form = new URLSearchParams({
    client_id: values.clientId,
    client_secret: values.clientSecret,
    scope: SCOPE,
    grant_type: asApplication ? "client_credentials" : "refresh_token",
  });
  if (!asApplication) form.set("refresh_token", values.refreshToken);
  const response = await fetch(`/${values.tenantId}/oauth2/v2.0/token`, { method: "POST", body: form });
  const body = await response.json();
  if (!response.ok) throw new Error(`The sign-in failed: ${body.error_description ?? response.status}`);
  byId("token").value = body.access_token;
  showToken(asApplication ? "application" : "user");
}

/** Returns the form of an operation. */
export function tryIt(document, path, operation) {
  const parameters = (operation.parameters ?? []).map((parameter) => resolve(document, parameter));
  const inputs = parameters.map((parameter) => ({ parameter, input: input(document, operation, parameter) }));
  const rows = (rare) => inputs
    .filter(({ parameter }) => RARE.includes(parameter.name) === rare)
    .map(({ parameter, input: element }) => row(document, operation, parameter, element));
  // The status alone is read out, not the whole body.
  const response = el("div", { class: "response", role: "region", "aria-label": `Response of ${operation.operationId}` },
    el("div", { class: "row", role: "status" }), el("div", { class: "stack" }));
  const command = el("pre", { tabindex: "0", "aria-label": `curl command of ${operation.operationId}` });
  const request = () => requestOf(path, inputs);
  const show = () => setText(command, curl(request(), "$TOKEN"));
  const button = el("button", { class: "primary" }, "Send");
  const ordinary = rows(false);
  const form = el("form", {
    class: "try",
    "aria-label": `Try ${operation.operationId}`,
    oninput: show,
    onsubmit: async (event) => {
      event.preventDefault();
      button.disabled = true;
      await attempt(() => send(request(), response));
      button.disabled = false;
      button.focus();
    },
  },
  ordinary.length ? el("div", { class: "parameters" }, ordinary) : el("p", { class: "hint" }, "This operation has no parameters of its own."),
  el("details", {}, el("summary", {}, "Headers"), el("div", { class: "parameters" }, rows(true))),
  el("div", { class: "row" }, button),
  el("details", {}, el("summary", {}, "Request as curl"),
    el("div", { class: "code-head" }, el("p", { class: "hint" }, "The copied command contains the access token, if there is one."),
      copyButton(() => curl(request(), byId("token").value.trim() || "$TOKEN"), "the curl command")),
    command),
  response);
  show();
  return form;
}

function row(document, operation, parameter, element) {
  const limits = limitsOf(document, parameter.schema);
  const hint = `${element.id}-hint`;
  const about = `${parameter.in}, ${typeOf(document, parameter.schema)}${limits ? `, ${limits}` : ""}`;
  const description = el("details", {}, el("summary", { "aria-label": `About ${parameter.name}` }, "About"),
    el("p", { class: "hint" }, inline(parameter.description.replace(/\n+/g, " "))));
  const where = el("span", { class: "where hint", id: hint }, about);
  if (element.tagName === "FIELDSET") {
    element.prepend(el("legend", {}, parameter.name));
    return el("div", { class: "field" }, element, where, description);
  }
  element.setAttribute("aria-describedby", hint);
  return el("div", { class: "field" },
    el("label", { for: element.id }, parameter.name, parameter.required ? " (required)" : ""),
    element, where, description);
}

function input(document, operation, parameter) {
  const schema = resolve(document, parameter.schema);
  const id = `${operation.operationId}-${parameter.name}`;
  const example = parameter.example ?? schema.example;
  const choices = schema.enum ?? schema["x-extensible-enum"];
  if (schema.type === "array") {
    const items = resolve(document, schema.items);
    const values = items.enum ?? items["x-extensible-enum"] ?? [];
    return el("fieldset", { id }, el("div", { class: "row" }, values.map((value) => el("label", { class: "check" },
      el("input", { type: "checkbox", value }), " ", value))));
  }
  if (choices) {
    return el("select", { id, required: parameter.required },
      el("option", { value: "" }, "not sent"), choices.map((choice) => el("option", { value: choice }, choice)));
  }
  const numeric = schema.type === "integer";
  return el("input", {
    id,
    type: numeric ? "number" : "text",
    min: numeric ? schema.minimum : null,
    max: numeric ? schema.maximum : null,
    required: parameter.required,
    placeholder: placeholder(operation, parameter.name) ?? (example === undefined ? null : String(example)),
    value: numeric && parameter.name === "top" ? "5" : "",
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "off",
  });
}

/** Returns a value with fields of this operation; the examples of the spec are for all. */
function placeholder(operation, name) {
  const [field] = Object.keys(operation["x-filter-fields"] ?? {});
  const [first, second] = operation[name === "groupby" ? "x-group-fields" : "x-order-fields"] ?? [];
  if (name === "filter" && field) return `${field} eq '..'`;
  if (name === "groupby" && second) return `${first},${second}`;
  if (name === "orderby" && second) return `${first},${second} desc`;
  return undefined;
}

/** Returns URL and headers of the call that the form describes. */
function requestOf(path, inputs) {
  let target = path;
  const query = [];
  const headers = [];
  for (const { parameter, input: element } of inputs) {
    const values = element.tagName === "FIELDSET"
      ? [...element.querySelectorAll("input:checked")].map((box) => box.value)
      : [element.value].filter((value) => value !== "");
    for (const value of values) {
      if (parameter.in === "path") target = target.replace(`{${parameter.name}}`, encodeURIComponent(value));
      else if (parameter.in === "query") query.push(`${parameter.name}=${encodeURIComponent(value)}`);
      else headers.push([parameter.name, value]);
    }
  }
  const text = query.length ? `${target}?${query.join("&")}` : target;
  return { url: new URL(text, location.origin).href, headers };
}

/** Returns the request as a command for a POSIX shell; `$TOKEN` is left to the shell. */
function curl(request, token) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const lines = [`curl -i ${quoted(request.url)}`, `-H "Authorization: Bearer ${token}"`];
  for (const [name, value] of request.headers) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  return lines.join(" \\\n  ");
}

async function send(request, place) {
  if (!byId("token").value.trim()) await signIn(false);
  const headers = new Headers(request.headers);
  headers.set("Authorization", `Bearer ${byId("token").value.trim()}`);
  headers.set("Accept", "application/json");
  const start = performance.now();
  let response;
  let text = "";
  let problem = "";
  try {
    response = await fetch(request.url, { headers, cache: "no-store", redirect: "manual" });
    text = await response.text();
  } catch (error) {
    problem = response
      ? `The response ended before its body was complete: ${error.message}.`
      : `There was no response: ${error.message}.`;
  }
  const time = Math.round(performance.now() - start);
  const [status, detail] = place.children;
  if (!response) {
    fill(status, el("span", { class: "failure" }, problem));
    fill(detail);
    return;
  }
  const values = [...response.headers];
  const rows = rowsOf(text);
  const next = nextLink(text, request.url);
  fill(status,
    el("span", { class: `badge ${statusClass(response.status)}` }, response.type === "opaqueredirect" ? "redirect" : `${response.status} ${response.statusText}`.trim()),
    el("span", { class: "hint" }, `${time} ms, ${new Blob([text]).size.toLocaleString("en-GB")} bytes${rows === null ? "" : `, ${rows} ${rows === 1 ? "row" : "rows"}`}`),
    problem ? el("span", { class: "failure" }, problem) : null);
  const follow = () => {
    const others = request.headers.filter(([name]) => !next.headers.some(([other]) => other === name));
    return send({ url: next.url, headers: [...others, ...next.headers] }, place);
  };
  fill(detail,
    next ? el("p", {}, el("button", { type: "button", class: "small", onclick: () => attempt(follow) }, "Next page")) : null,
    el("details", {}, el("summary", {}, `Headers (${values.length})`),
      el("dl", { class: "pairs" }, values.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]))),
    text ? el("div", { class: "code-head" }, el("h5", {}, "Body"), copyButton(() => text, "the body")) : el("p", { class: "hint" }, "The response has no body."),
    text ? el("pre", { tabindex: "0", "aria-label": "Body of the response" }, pretty(text)) : null);
}

function parsed(text) {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return null;
  }
}

function rowsOf(text) {
  const body = parsed(text);
  const rows = body?.Value ?? body?.items;
  return Array.isArray(rows) ? rows.length : null;
}

/** Returns URL and headers of the next page of this emulator, if there is one. */
function nextLink(text, current) {
  const body = parsed(text);
  let link = body?.["@nextLink"];
  if (!link && body?.links?.next?.uri) {
    // Links of resources lack the version in their path.
    link = body.links.next.uri.replace(/^\/(?!v1\/)/, "/v1/");
  }
  if (typeof link !== "string" || link === "" || !URL.canParse(link, current)) return null;
  const url = new URL(link, current);
  const headers = (body.links?.next?.headers ?? []).map((header) => [header.key, header.value]);
  // A token must not be sent to another origin.
  return url.origin === location.origin ? { url: url.href, headers } : null;
}
