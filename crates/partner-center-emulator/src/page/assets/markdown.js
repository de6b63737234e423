// The part of Markdown that the spec uses: paragraphs, headings, tables, lists, code, links.

import { el } from "./dom.js";

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((https?:\/\/[^)\s]+)\)/g;

/** Returns the elements of a text in one line, without paragraphs. */
export function inline(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    parts.push(text.slice(end, match.index));
    const [whole, code, bold, label, url] = match;
    if (code) parts.push(el("code", {}, code));
    else if (bold) parts.push(el("strong", {}, bold));
    else parts.push(el("a", { href: url, rel: "noreferrer" }, label));
    end = match.index + whole.length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** Returns the elements of a text; its headings begin at `level`. */
export function markdown(text, level) {
  return text.trim().split(/\n{2,}/).map((block) => {
    const heading = /^(#+)\s+(.*)$/.exec(block);
    if (heading) return el(`h${level}`, {}, inline(heading[2]));
    if (block.startsWith("|")) return table(block);
    if (/^- /m.test(block) && block.startsWith("- ")) {
      const items = block.slice(2).split(/\n- /);
      return el("ul", { class: "bullets" }, items.map((item) => el("li", {}, inline(item.replace(/\n\s*/g, " ")))));
    }
    return el("p", {}, inline(block.replace(/\n/g, " ")));
  });
}

function table(block) {
  const rows = block.split("\n").map((line) => line.replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim()));
  const [head, , ...body] = rows;
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Table: ${head.join(", ")}` },
    el("table", {},
      el("thead", {}, el("tr", {}, head.map((cell) => el("th", { scope: "col" }, inline(cell))))),
      el("tbody", {}, body.map((row) => el("tr", {}, row.map((cell) => el("td", {}, inline(cell))))))));
}
