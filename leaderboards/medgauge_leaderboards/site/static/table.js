"use strict";
/* Sorting. The first press puts the best on top; cells without a value stay last both ways. A button says which column
   it sorts (data-index), by which of its cells' data (data-of, "value" where it is not said), and which end is best. The
   data are values, or their places in order. */
(function (app) {
  const headOf = (button) => button.closest("th");

  function valueOf(row, button) {
    const index = Number(button.dataset.index);
    const text = row.children[index].dataset[button.dataset.of || "value"];
    if (text === undefined || text === "") return null;
    return index === 0 ? text : Number(text);
  }

  function compare(a, b) {
    return typeof a === "string" ? a.localeCompare(b, "en") : a - b;
  }

  app.sortTable = function (table, button, direction) {
    const sign = direction === "ascending" ? 1 : -1;
    const rows = [...table.tBodies[0].rows].map((row) => ({ row, value: valueOf(row, button) }));
    rows.sort((a, b) => {
      if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
      return sign * compare(a.value, b.value);
    });
    app.inOrder(table, rows.map((item) => item.row));
    app.unsort(table);
    app.markSorted(button, direction);
  };

  app.markSorted = function (button, direction) {
    button.classList.add("chosen");
    headOf(button).setAttribute("aria-sort", direction);
  };

  /* Rows that stand so already are not touched: to move them is to lay them out anew. */
  app.inOrder = function (table, rows) {
    const body = table.tBodies[0];
    if (rows.some((row, index) => body.rows[index] !== row)) body.append(...rows);
  };

  app.unsort = function (table) {
    for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
    for (const other of table.tHead.querySelectorAll(".chosen")) other.classList.remove("chosen");
  };

  /* The way that a press of the button turns the table now. */
  app.nextDirection = function (button) {
    const first = button.dataset.best === "high" ? "descending" : "ascending";
    const chosen = button.classList.contains("chosen") || headOf(button).querySelectorAll(".sort").length === 1;
    const now = chosen ? headOf(button).getAttribute("aria-sort") : null;
    return now === first ? (first === "descending" ? "ascending" : "descending") : first;
  };

  app.sortButton = (table, key) => [...table.querySelectorAll("button.sort")].find((found) => found.dataset.key === key);

  app.isDirection = (word) => ["ascending", "descending"].includes(word);

  app.decoded = function (text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };

  /* Pages that hold more in their links than an order look after it themselves. */
  if (document.body.dataset.page === "overview") return;

  function press(table, button) {
    const direction = app.nextDirection(button);
    app.sortTable(table, button, direction);
    const words = [table.id, button.dataset.key, direction].map(encodeURIComponent);
    history.replaceState(null, "", `#sort=${words.join(":")}`);
  }

  function fromLink() {
    if (!location.hash.startsWith("#sort=")) return;
    const [id, key, direction] = location.hash.slice(6).split(":").map(app.decoded);
    const table = document.getElementById(id);
    const button = table && table.matches("table.board") && app.sortButton(table, key);
    if (button && app.isDirection(direction)) {
      app.sortTable(table, button, direction);
      table.closest("section").scrollIntoView();
    }
  }

  for (const table of document.querySelectorAll("table.board")) {
    for (const button of table.querySelectorAll("button.sort")) {
      button.addEventListener("click", () => press(table, button));
    }
  }
  window.addEventListener("hashchange", fromLink);
  fromLink();
})(window.MedGauge);
