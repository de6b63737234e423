
// Sorting and search of tables. Without the script the page shows all rows in the report's order.
(() => {
  "use strict";

  // Laying out as many rows takes about one second.
  const STEP = 5000;
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const number = new Intl.NumberFormat("en-GB");
  const counted = (rows) => (rows === 1 ? "1 row" : `${number.format(rows)} rows`);
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  const prepare = (section) => {
    const table = section.querySelector("table");
    if (!table) return;
    const tools = section.querySelector(".tools");
    const status = tools.querySelector("[role=status]");
    const search = tools.querySelector("input");
    const more = tools.querySelector(".more");
    const [body, rest] = table.tBodies;
    let limit = rest ? body.rows.length : Infinity;
    const original = [...body.rows, ...(rest?.rows ?? [])];
    rest?.remove();
    const headers = [...table.tHead.rows[0].cells];
    let order = original;
    let found = original;
    let sorted = "";
    let texts;

    const fill = (rows) => {
      const fragment = document.createDocumentFragment();
      for (const row of rows) fragment.append(row);
      body.replaceChildren(fragment);
    };

    const show = () => {
      fill(found.length > limit ? found.slice(0, limit) : found);
      const count = found === order ? counted(found.length) : `${number.format(found.length)} of ${counted(order.length)}`;
      const part = found.length > limit ? `, the first ${number.format(limit)} shown` : "";
      status.textContent = `${count}${part}${sorted}`;
      more.hidden = found.length <= limit;
      more.textContent = `Show ${number.format(Math.min(STEP, found.length - limit))} more`;
    };

    const find = () => {
      const words = plain(search?.value ?? "").split(/\s+/).filter(Boolean);
      if (words.length === 0) {
        found = order;
      } else {
        // Cells are separate lines, so that no word matches across two cells.
        texts ??= new Map(original.map((row) => [row, plain([...row.cells].map((cell) => cell.textContent).join("\n"))]));
        found = order.filter((row) => words.every((word) => texts.get(row).includes(word)));
      }
      show();
    };

    const sort = (column, direction) => {
      const numeric = headers[column].classList.contains("n");
      const key = (row) => {
        const cell = row.cells[column];
        const text = cell.dataset.v ?? cell.textContent;
        return numeric && text !== "" ? Number(text) : text;
      };
      const compare = numeric ? (a, b) => a - b : collator.compare;
      const sign = direction === "descending" ? -1 : 1;
      const keyed = original.map((row) => ({ row, key: key(row) }));
      // Rows without a value are last in both directions.
      keyed.sort((a, b) => (a.key === "") - (b.key === "") || (a.key === "" ? 0 : sign * compare(a.key, b.key)));
      order = keyed.map((it) => it.row);
    };

    headers.forEach((header, column) => {
      const button = document.createElement("button");
      button.type = "button";
      const label = header.textContent;
      button.append(...header.childNodes);
      header.append(button);
      // People look for the largest numbers and the first names and dates.
      const directions = header.classList.contains("n") ? ["descending", "ascending"] : ["ascending", "descending"];
      button.addEventListener("click", () => {
        const next = directions[directions.indexOf(header.getAttribute("aria-sort")) + 1];
        for (const other of headers) other.removeAttribute("aria-sort");
        if (next) {
          header.setAttribute("aria-sort", next);
          sort(column, next);
          sorted = `, sorted by ${label}, ${next}`;
        } else {
          order = original;
          sorted = ", in the original order";
        }
        find();
      });
    });

    search?.addEventListener("input", find);
    more.addEventListener("click", () => {
      limit += STEP;
      show();
      // A hidden button would lose the position of the keyboard.
      if (more.hidden) section.querySelector(".scroll").focus();
    });
    // A printed page has all rows.
    addEventListener("beforeprint", () => fill(found));
    addEventListener("afterprint", show);
    tools.hidden = false;
    show();
  };

  document.querySelectorAll("section.table").forEach(prepare);
})();
