// List of the recorded requests, with their headers and responses on demand.

import { control } from "./control.js";
import { attempt, byId, copyButton, el, fill, pretty, statusClass } from "./dom.js";

const shown = new Map();

/** Connects the controls of the list; `changed` is called after each change. */
export function startRequests(changed) {
  byId("requests-live").addEventListener("change", changed);
  byId("requests-clear").addEventListener("click", async () => {
    await attempt(() => control("DELETE", "requests"), "Cleared the list of requests.");
    changed();
  });
}

/** Returns whether the list follows new requests. */
export function isLive() {
  return byId("requests-live").checked;
}

/** Shows the requests, newest first. Rows that stay keep their state and focus. */
export function showRequests(requests) {
  const list = byId("requests");
  const numbers = new Set(requests.map((request) => request.number));
  for (const [number, row] of shown) {
    if (!numbers.has(number)) {
      row.element.remove();
      shown.delete(number);
    }
  }
  let next = list.firstChild;
  for (const request of requests) {
    const version = JSON.stringify(request);
    let row = shown.get(request.number);
    // The same number with another time belongs to the journal after a reset.
    if (row && row.time !== request.time) {
      if (row.element === next) next = next.nextSibling;
      row.element.remove();
      row = undefined;
    }
    if (!row) {
      row = { element: create(request.number), time: request.time };
      shown.set(request.number, row);
      list.insertBefore(row.element, next);
    } else if (row.element === next) {
      next = next.nextSibling;
    } else {
      list.insertBefore(row.element, next);
    }
    if (row.version !== version) {
      row.version = version;
      summarise(row.element, request);
    }
  }
  byId("requests-empty").hidden = requests.length > 0;
}

function create(number) {
  const detail = el("div", { class: "request-detail" });
  const details = el("details", { ontoggle: () => { if (details.open) load(number, detail); } }, el("summary"), detail);
  return el("li", { "data-number": number }, details);
}

function summarise(element, request) {
  const [path, query] = request.target.split(/\?(.*)/s);
  fill(element.querySelector("summary"),
    el("span", { class: "time" }, timeOf(request.time)),
    el("span", { class: "target", title: request.target },
      el("b", {}, request.method), path, query === undefined ? null : `?${decoded(query)}`),
    el("span", { class: "marks" },
      (request.faults ?? []).map((id) => el("span", { class: "badge warn" }, `fault ${id}`)),
      el("span", { class: `badge ${request.status ? statusClass(request.status) : ""}` }, request.status ? String(request.status) : "open")),
    el("span", { class: "ms" }, request.durationMs === null || request.durationMs === undefined ? "" : `${request.durationMs < 10 ? request.durationMs.toFixed(1) : Math.round(request.durationMs)} ms`));
}

async function load(number, detail) {
  await attempt(async () => {
    const request = await control("GET", `requests/${number}`);
    const pairs = [
      ["Request id", request.requestId, true],
      ["Correlation id", request.correlationId, true],
      ["Operation", request.operation],
      ["Fault", request.faults?.join(", ")],
      ["Received", request.time],
      ["URL", request.target],
    ];
    fill(detail,
      el("dl", { class: "pairs" }, pairs.filter(([, value]) => value).map(([name, value, copy]) => [
        el("dt", {}, name),
        el("dd", {}, String(value), copy ? copyButton(() => value, name.toLowerCase()) : null),
      ])),
      headers("Request headers", request.requestHeaders ?? request.headers),
      headers("Response headers", request.responseHeaders),
      body(request));
  });
}

function headers(title, values) {
  if (!values) return null;
  const pairs = Array.isArray(values) ? values.map(pairOf) : Object.entries(values);
  if (!pairs.length) return null;
  return el("details", {}, el("summary", {}, `${title} (${pairs.length})`),
    el("dl", { class: "pairs" }, pairs.map(([name, value]) => [el("dt", {}, name), el("dd", {}, String(value))])));
}

function pairOf(header) {
  return Array.isArray(header) ? header : [header.name, header.value];
}

function body(request) {
  const text = request.responseBody ?? request.body;
  if (text === null || text === undefined) {
    return el("p", { class: "hint" }, "The response body was not recorded. Bodies of the sign-in never are.");
  }
  if (text === "") return el("p", { class: "hint" }, "The response had no body.");
  const content = typeof text === "string" ? text : JSON.stringify(text);
  return el("div", {},
    el("div", { class: "code-head" }, el("h3", {}, "Response body"), copyButton(() => content, "response body")),
    el("pre", { tabindex: "0", "aria-label": "Response body" }, pretty(content)),
    request.bodyTruncated ? el("p", { class: "hint" }, "Only the first part of the body was recorded.") : null);
}

function timeOf(text) {
  return /T(\d\d:\d\d:\d\d)/.exec(text)?.[1] ?? text;
}

function decoded(query) {
  try {
    return decodeURIComponent(query.replace(/\+/g, " "));
  } catch {
    return query;
  }
}
