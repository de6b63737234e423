// Schemas of the spec as lists of fields.

import { el } from "./dom.js";
import { inline } from "./markdown.js";

/** Resolves a reference within the document. */
export function resolve(document, value) {
  let target = value;
  while (target?.$ref) {
    target = target.$ref.slice(2).split("/").reduce((part, key) => part[key.replaceAll("~1", "/").replaceAll("~0", "~")], document);
  }
  return target;
}

/** Returns the type of a schema in words: `integer`, `array of object`. */
export function typeOf(document, value) {
  const schema = resolve(document, value);
  if (schema.type === "array") return `array of ${typeOf(document, schema.items ?? {})}`;
  if (schema.oneOf) return schema.oneOf.map((choice) => typeOf(document, choice)).join(" or ");
  const format = schema.format && !/^(int\d+|double|float)$/.test(schema.format) ? ` (${schema.format.replace("partner-center-", "")})` : "";
  return `${schema.type ?? "any"}${format}`;
}

/** Returns the limits of a schema in words, if it has any: `1 to 10000`. */
export function limitsOf(document, value) {
  const schema = resolve(document, value);
  if (schema.minimum !== undefined && schema.maximum !== undefined) return `${schema.minimum} to ${schema.maximum}`;
  if (schema.minimum !== undefined) return `at least ${schema.minimum}`;
  return "";
}

/** Returns the list of fields of an object, with those of its parts inside. */
export function fields(document, value, seen = []) {
  const schema = resolve(document, value);
  const object = schema.type === "array" ? resolve(document, schema.items) : schema;
  // A type inside of itself is shown once.
  if (!object?.properties || seen.includes(object)) return null;
  const required = object.required ?? [];
  return el("ul", { class: "schema" }, Object.entries(object.properties).map(([name, property]) => {
    const part = resolve(document, property);
    const values = part["x-extensible-enum"] ?? part.enum;
    const inner = fields(document, property, [...seen, object]);
    return el("li", {},
      el("p", { class: "property" },
        el("code", {}, name), " ",
        el("span", { class: "type" }, typeOf(document, property), part.nullable ? ", nullable" : "", required.includes(name) ? "" : ", optional")),
      part.description ? el("p", { class: "hint" }, inline(part.description.replace(/\n+/g, " "))) : null,
      values ? el("p", { class: "hint" }, "Values: ", values.map((item, index) => [index ? ", " : "", el("code", {}, String(item))])) : null,
      inner);
  }));
}
