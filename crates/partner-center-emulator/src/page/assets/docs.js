// Reference of the API, built from the spec that this emulator serves.

import { byId, el, fill } from "./dom.js";
import { inline, markdown } from "./markdown.js";
import { fields, resolve } from "./schema.js";
import { startToken, tryIt } from "./try.js";

const MODES = { "app-only": "application", "app-and-user": "user" };

async function start() {
  const response = await fetch("/openapi.json");
  const document = await response.json();
  byId("title").textContent = document.info.title;
  fill(byId("introduction"), markdown(document.info.description, 2));
  const all = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })));
  const groups = document.tags.map((tag) => ({
    tag,
    operations: all.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  fill(byId("contents"), groups.map(({ tag, operations }) => el("div", { "data-group": tag.name },
    el("h2", {}, tag.name),
    el("ul", {}, operations.map(({ operation }) => el("li", { "data-operation": operation.operationId },
      el("a", { href: `#${operation.operationId}` }, breakable(operation.operationId))))))));
  fill(byId("operations"), groups.map(({ tag, operations }) => el("section", { class: "tag", "data-group": tag.name, "aria-labelledby": `tag-${tag.name}` },
    el("header", { class: "tag-head" }, el("h2", { id: `tag-${tag.name}` }, tag.name), el("p", { class: "hint" }, inline(tag.description.replace(/\n/g, " ")))),
    operations.map((entry) => section(document, entry)))));
  startSearch(all);
  followScrolling();
  // The target of the address did not exist when the browser looked for it.
  if (location.hash) window.document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

/** Lets a line break after each underscore. */
function breakable(id) {
  return id.split("_").map((word, index) => (index ? ["_", el("wbr"), word] : word));
}

function section(document, { path, method, operation }) {
  const success = Object.entries(operation.responses).find(([status]) => status.startsWith("2"));
  const content = Object.values(success[1].content ?? {})[0];
  return el("article", { class: "card operation", id: operation.operationId, "data-operation": operation.operationId, "aria-labelledby": `${operation.operationId}-title` },
    el("header", {},
      el("h3", { id: `${operation.operationId}-title` }, operation.summary),
      el("p", { class: "path" }, el("span", { class: "badge ok" }, method.toUpperCase()), el("code", {}, path)),
      el("p", { class: "marks" },
        operation.deprecated ? el("span", { class: "badge warn" }, "deprecated") : null,
        (operation["x-auth-modes"] ?? []).map((mode) => el("span", { class: "badge" }, `token of the ${MODES[mode] ?? mode}`)),
        operation["x-ms-pageable"] ? el("span", { class: "badge" }, "pages") : null),
      operation["x-superseded-by"] ? el("p", { class: "hint" }, "Replaced by ", el("code", {}, operation["x-superseded-by"]), ".") : null),
    el("div", { class: "prose" }, markdown(operation.description ?? "", 4),
      operation.externalDocs ? el("p", {}, el("a", { href: operation.externalDocs.url, rel: "noreferrer" }, `Documentation of Microsoft: ${operation.externalDocs.description}`)) : null),
    el("div", { class: "halves" },
      el("div", {},
        el("h4", {}, "Response fields"), fields(document, content?.schema ?? {}),
        el("details", {}, el("summary", {}, "Example"), el("pre", { tabindex: "0", "aria-label": `Example of ${operation.operationId}` }, JSON.stringify(content?.example ?? null, null, 2))),
        el("details", {}, el("summary", {}, "Statuses"), statuses(document, operation))),
      el("div", {}, el("h4", {}, "Try it"), tryIt(document, path, operation))));
}

function statuses(document, operation) {
  return el("dl", { class: "pairs" }, Object.entries(operation.responses).map(([status, value]) => [
    el("dt", {}, status), el("dd", {}, inline(resolve(document, value).description.replace(/\n/g, " "))),
  ]));
}

/** Filters operations by name, path and text. */
function startSearch(all) {
  byId("search").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    let found = 0;
    for (const { path, operation } of all) {
      const text = `${operation.operationId} ${path} ${operation.summary}`.toLowerCase();
      const matches = text.includes(wanted);
      found += matches ? 1 : 0;
      for (const element of document.querySelectorAll(`[data-operation="${operation.operationId}"]`)) element.hidden = !matches;
    }
    for (const group of document.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("[data-operation]:not([hidden])");
    }
    byId("introduction").hidden = wanted !== "";
    byId("no-operations").hidden = found > 0;
  });
}

/** Marks the operation on the screen in the list of operations. */
function followScrolling() {
  const narrow = matchMedia("(max-width: 56rem)");
  byId("contents-details").open = !narrow.matches;
  narrow.addEventListener("change", () => { byId("contents-details").open = !narrow.matches; });
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      for (const link of document.querySelectorAll(".contents a")) {
        if (link.getAttribute("href") === `#${entry.target.id}`) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }
  }, { rootMargin: "-20% 0px -70% 0px" });
  for (const article of document.querySelectorAll("article")) observer.observe(article);
}

startToken();
start().catch((error) => {
  byId("no-operations").hidden = false;
  byId("no-operations").textContent = `The specification cannot be read: ${error.message}.`;
});
