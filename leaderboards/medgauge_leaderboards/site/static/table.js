"use strict";
/* Sorting. The first press puts the best on top; cells without a value stay last both ways. */
(function () {
  function headOf(button) {
    return button.closest("th");
  }

  function valueOf(row, index) {
    const text = row.children[index].dataset.value;
    if (text === undefined || text === "") return null;
    return index === 0 ? text : Number(text);
  }

  function compare(a, b) {
    return typeof a === "string" ? a.localeCompare(b) : a - b;
  }

  function sort(table, button, direction) {
    const index = Number(button.dataset.index);
    const sign = direction === "ascending" ? 1 : -1;
    const rows = [...table.tBodies[0].rows].map((row) => ({ row, value: valueOf(row, index) }));
    rows.sort((a, b) => {
      if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
      return sign * compare(a.value, b.value);
    });
    table.tBodies[0].append(...rows.map((item) => item.row));
    for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
    headOf(button).setAttribute("aria-sort", direction);
  }

  function press(table, button) {
    const first = button.dataset.best === "high" ? "descending" : "ascending";
    const now = headOf(button).getAttribute("aria-sort");
    const direction = now === first ? (first === "descending" ? "ascending" : "descending") : first;
    sort(table, button, direction);
    const words = [table.id, button.dataset.key, direction].map(encodeURIComponent);
    history.replaceState(null, "", `#sort=${words.join(":")}`);
  }

  function fromLink() {
    if (!location.hash.startsWith("#sort=")) return;
    const [id, key, direction] = location.hash.slice(6).split(":").map(decoded);
    const table = document.getElementById(id);
    const button = table && [...table.querySelectorAll("button.sort")].find((found) => found.dataset.key === key);
    if (button && ["ascending", "descending"].includes(direction)) {
      sort(table, button, direction);
      table.closest("section").scrollIntoView();
    }
  }

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  for (const table of document.querySelectorAll("table.board")) {
    for (const button of table.querySelectorAll("button.sort")) {
      button.addEventListener("click", () => press(table, button));
    }
  }
  window.addEventListener("hashchange", fromLink);
  fromLink();
})();
