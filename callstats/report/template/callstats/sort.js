// Sorting by a column's head: up, down, as it was. Without this script the page is whole.
for (const table of document.querySelectorAll("table.cs-table")) {
  const heads = [...table.querySelectorAll("th[data-order]")];
  const rows = [...table.tBodies[0].rows];
  const states = { none: "ascending", ascending: "descending", descending: "none" };
  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "cs-sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const next = states[head.getAttribute("aria-sort") || "none"];
      for (const other of heads) other.removeAttribute("aria-sort");
      if (next !== "none") head.setAttribute("aria-sort", next);
      table.tBodies[0].append(...(next === "none" ? rows : sorted(rows, head, next)));
    });
  }
}

function sorted(rows, head, direction) {
  const key = (row) => row.cells[head.cellIndex].dataset.key;
  const compare = head.dataset.order === "number"
    ? (a, b) => a - b
    : new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
  const sign = direction === "ascending" ? 1 : -1;
  const known = rows.filter((row) => key(row) !== undefined);
  const unknown = rows.filter((row) => key(row) === undefined);
  return [...known.sort((a, b) => sign * compare(key(a), key(b))), ...unknown];
}
