"use strict";
/* The table of all pairs: every cell leads to the comparison of its two models. One cell takes part in the order of the
   Tab key, and the arrows go on from it, since fifty models have thousands of pairs. */
(function (app) {
  const table = document.getElementById("matrix");
  const WORDS = { better: "pairs.cell.better", worse: "pairs.cell.worse", same: "pairs.cell.same", other: "pairs.cell.other", untested: "pairs.cell.untested" };
  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  function versus(a, b) {
    const words = { a, b, task: table.dataset.task };
    const hash = Object.entries(words).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return `${app.root}versus.html#${hash.join("&")}`;
  }

  function nameOf(row) {
    return row.querySelector(".who").textContent;
  }

  /* Each cell's own text becomes a link; the rows' names are also those of the columns. */
  function makeLinks() {
    const rows = [...table.tBodies[0].rows];
    const slugs = rows.map((row) => row.cells[0].dataset.row);
    rows.forEach((row, i) => {
      rows.forEach((_, j) => {
        const cell = row.cells[j + 1];
        if (cell.classList.contains("none")) return;
        const link = app.el("a", { href: versus(slugs[i], slugs[j]), tabindex: "-1" });
        link.append(...cell.childNodes);
        cell.append(link);
      });
    });
    const first = table.querySelector("td a");
    if (first) first.tabIndex = 0;
    return rows;
  }

  function describe(rows) {
    const names = rows.map(nameOf);
    rows.forEach((row, i) => {
      names.forEach((name, j) => {
        const cell = row.cells[j + 1];
        const link = cell.querySelector("a");
        if (!link) return;
        const p = cell.querySelector("small").textContent;
        const difference = link.firstChild.textContent.trim().split(" ").pop();
        link.setAttribute("aria-label", app.t(WORDS[cell.className], { a: names[i], b: name, difference, p }));
      });
    });
  }

  function move(event) {
    const step = STEPS[event.key];
    const from = event.target.closest && event.target.closest("td");
    if (!step || !from || event.altKey || event.ctrlKey || event.metaKey) return;
    const rows = table.tBodies[0].rows;
    let row = from.parentElement.sectionRowIndex + step[0];
    let column = from.cellIndex + step[1];
    while (row >= 0 && row < rows.length && column > 0 && column < rows[row].cells.length) {
      const link = rows[row].cells[column].querySelector("a");
      if (link) {
        event.preventDefault();
        event.target.tabIndex = -1;
        link.tabIndex = 0;
        link.focus();
        return;
      }
      row += step[0];
      column += step[1];
    }
  }

  /* A link to a sorted table, or to a heading, opens what hides it. */
  function unfold() {
    const id = location.hash.slice(1).split("&").map((part) => part.replace(/^sort=/, "").split(/:|%3A/)[0]);
    for (const name of id) {
      const place = name && document.getElementById(name);
      const hidden = place && place.closest("details");
      if (hidden) hidden.open = true;
    }
  }

  window.addEventListener("hashchange", unfold);
  unfold();
  if (!table) return;
  const rows = makeLinks();
  table.addEventListener("keydown", move);
  app.onLanguage(() => describe(rows));
  describe(rows);
  for (const place of document.querySelectorAll(".script")) place.hidden = false;
})(window.MedGauge);
