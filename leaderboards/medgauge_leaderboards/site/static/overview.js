"use strict";
/* The overview's filters, and ranks counted among the models that are shown. */
(function (app) {
  const CHOICES = { "language": "language-of", "modality": "modality", "size": "size", "weights": "weights" };
  const at = (id) => document.getElementById(id);
  const all = (selector, where = document) => [...where.querySelectorAll(selector)];
  const words = (text) => text.normalize("NFKC").toLowerCase();

  const tables = all("section.family").map((section) => {
    const table = section.querySelector("table.board");
    const rows = [...table.tBodies[0].rows].map((row, place) => ({ row, place, cells: [...row.cells].slice(1), name: row.cells[0].dataset.value }));
    const columns = all("th.column", table).map((head, index) => columnOf(head, index, rows));
    return { section, table, rows, columns, order: rows.map((one) => one.row) };
  });

  function columnOf(head, index, rows) {
    const packed = head.dataset.better === undefined ? null : Uint8Array.from(atob(head.dataset.better), (c) => c.charCodeAt(0));
    const cells = rows.map((one) => one.cells[index]);
    const ranked = cells.map((cell) => Boolean(packed) && app.hasRank(cell));
    return { head, packed, cells, ranked, shown: true, slug: head.dataset.slug };
  }

  const slugs = new Set(tables.flatMap((one) => one.columns.map((column) => column.slug)));
  const optionsOf = (id) => new Set(all("option", at(id)).map((option) => option.value));
  const known = {
    family: new Set(tables.map((one) => one.section.dataset.family)),
    hide: slugs,
    without: new Set(all("[data-line]").map((box) => box.dataset.line)),
    sort: (id, key) => tables.some((one) => one.table.id === id && app.sortButton(one.table, key)),
  };
  for (const [name, id] of Object.entries(CHOICES)) known[name] = optionsOf(id);
  let state = app.overviewState("", known);
  let spoken = "en";

  /* Whether model j of the column is significantly better than model i. */
  function better(column, models, i, j) {
    const bit = i * models + j;
    return (column.packed[bit >> 3] >> (7 - (bit & 7))) & 1;
  }

  function recount(one, column) {
    const among = one.rows.filter(({ row, place }) => !row.hidden && column.ranked[place]).map(({ place }) => place);
    const count = (test) => among.reduce((sum, other) => sum + test(other), 0);
    for (const i of among) {
      const best = 1 + count((j) => better(column, one.rows.length, i, j));
      const worst = among.length - count((j) => better(column, one.rows.length, j, i));
      app.setRank(column.cells[i], best, worst);
      column.cells[i].classList.toggle("top", best === 1 && among.length > 1);
    }
  }

  function showsColumn(column) {
    const { language, modality } = column.head.dataset;
    return !state.hide.has(column.slug) && (!state.language || state.language === language) && (!state.modality || JSON.parse(modality).includes(state.modality));
  }

  function showsRow(one, item) {
    const { size, weights } = item.row.dataset;
    if (state.size && state.size !== size) return false;
    if (state.weights && state.weights !== weights) return false;
    if (!state.baselines && item.row.classList.contains("baseline")) return false;
    if (state.q && !words(item.name).includes(words(state.q))) return false;
    return !state.complete || one.columns.every((column) => !column.shown || column.cells[item.place].dataset.value);
  }

  function filterTable(one) {
    const wanted = !state.family.size || state.family.has(one.section.dataset.family);
    for (const column of one.columns) {
      const shown = showsColumn(column);
      if (shown !== column.shown) for (const cell of [column.head, ...column.cells]) cell.hidden = !shown;
      column.shown = shown;
    }
    const columns = one.columns.filter((column) => column.shown);
    for (const item of one.rows) item.row.hidden = !showsRow(one, item);
    const rows = one.rows.filter((item) => !item.row.hidden);
    one.section.hidden = !wanted || !columns.length;
    for (const column of one.columns) if (column.packed) recount(one, column);
    for (const line of known.without) one.table.classList.toggle(`without-${line}`, state.without.has(line));
    one.now = { columns, rows };
  }

  function sortTable(one) {
    const chosen = state.sort.get(one.table.id);
    if (chosen) return app.sortTable(one.table, app.sortButton(one.table, chosen[0]), chosen[1]);
    app.unsort(one.table);
    if (one.first) app.markSorted(...one.first);
    return app.inOrder(one.table, one.order);
  }

  function tell() {
    const open = tables.filter((one) => !one.section.hidden);
    const models = (list) => new Set(list.map((item) => item.name)).size;
    const few = { models: models(open.flatMap((one) => one.now.rows)), of: models(tables.flatMap((one) => one.rows)) };
    few.columns = open.reduce((sum, one) => sum + one.now.columns.length, 0);
    few.all = slugs.size;
    const less = tables.some((one) => one.now.rows.length < one.rows.length);
    at("shown").textContent = [app.t("shown.all", few), less ? app.t("shown.ranks") : ""].join(" ");
    for (const one of tables) {
      const note = one.section.querySelector(".fewer");
      const part = { models: one.now.rows.length, of: one.rows.length, columns: one.now.columns.length, all: one.columns.length };
      note.hidden = part.models === part.of && part.columns === part.all;
      note.textContent = app.t(part.models ? "shown.here" : "shown.nobody", part);
      one.section.querySelector(".scroll").hidden = !part.models;
    }
  }

  function showControls() {
    for (const [name, id] of Object.entries(CHOICES)) at(id).value = state[name];
    if (at("q").value !== state.q) at("q").value = state.q;
    at("complete").checked = state.complete;
    at("baselines").checked = state.baselines;
    for (const chip of all("#filters [aria-pressed]")) chip.setAttribute("aria-pressed", String(state.family.has(chip.dataset.family)));
    for (const box of all("#columns input")) box.checked = !state.hide.has(box.value);
    for (const box of all("[data-line]")) box.checked = !state.without.has(box.dataset.line);
  }

  function apply() {
    for (const one of tables) filterTable(one);
    for (const one of tables) sortTable(one);
    showControls();
    tell();
  }

  function change(edit) {
    edit();
    apply();
    const link = app.overviewLink(state);
    history.replaceState(null, "", link ? `#${link}` : location.pathname + location.search);
  }

  /* A link to a place of the page, as to a family, holds no state and changes none. */
  function fromLink() {
    const link = location.hash.slice(1);
    if (link && !link.includes("=")) return;
    state = app.overviewState(link, known);
    apply();
  }

  function toggle(set, name, on) {
    if (on) set.add(name);
    else set.delete(name);
  }

  function listenToFilters() {
    for (const [name, id] of Object.entries(CHOICES)) at(id).addEventListener("change", () => change(() => (state[name] = at(id).value)));
    at("q").addEventListener("input", () => change(() => (state.q = at("q").value)));
    at("complete").addEventListener("change", () => change(() => (state.complete = at("complete").checked)));
    at("baselines").addEventListener("change", () => change(() => (state.baselines = at("baselines").checked)));
    for (const chip of all("#filters [aria-pressed]")) {
      chip.addEventListener("click", () => change(() => toggle(state.family, chip.dataset.family, !state.family.has(chip.dataset.family))));
    }
    for (const box of all("[data-line]")) box.addEventListener("change", () => change(() => toggle(state.without, box.dataset.line, !box.checked)));
    for (const set of all("#columns fieldset")) {
      const boxes = all("input", set);
      for (const box of boxes) box.addEventListener("change", () => change(() => toggle(state.hide, box.value, !box.checked)));
      set.querySelector("button").addEventListener("click", () =>
        change(() => {
          const every = boxes.every((box) => box.checked);
          for (const box of boxes) toggle(state.hide, box.value, every);
        }),
      );
    }
    at("reset").addEventListener("click", () => change(() => (state = app.overviewState("", known))));
  }

  function listenToTables() {
    for (const { table, section } of tables) {
      for (const button of all("button.sort", table)) {
        button.addEventListener("click", () => change(() => state.sort.set(table.id, [button.dataset.key, app.nextDirection(button)])));
      }
      section.querySelector(".copies").hidden = false;
      for (const button of all("[data-copy]", section)) button.addEventListener("click", () => copy(button, () => app.tableText(table, button.dataset.copy)));
    }
    at("link").addEventListener("click", () => copy(at("link"), () => location.href));
    at("copied-close").addEventListener("click", () => at("copied").close());
  }

  async function copy(button, text) {
    if (await app.copyText(text())) at("shown").textContent = app.t("copy.done");
    else at("copied").addEventListener("close", () => button.focus(), { once: true });
  }

  /* Pages come in English: as long as they stay so, nothing is to be done. */
  function translate() {
    if (app.language === spoken) return;
    for (const one of tables) for (const column of one.columns) column.cells.forEach(app.translateCell);
    spoken = app.language;
  }

  /* Lines are drawn in rows that come into view: drawing thousands at once would be felt. */
  function drawWhatIsSeen() {
    const draw = (one, row) => one.columns.forEach(({ head, cells }) => app.drawCell(cells[one.order.indexOf(row)], Number(head.dataset.low), Number(head.dataset.high)));
    for (const one of tables) {
      const seen = (entry) => entry.isIntersecting && (watcher.unobserve(entry.target), draw(one, entry.target));
      const watcher = new IntersectionObserver((entries) => entries.forEach(seen), { rootMargin: "400px" });
      for (const row of one.order) watcher.observe(row);
      window.addEventListener("beforeprint", () => one.order.forEach((row) => draw(one, row)));
    }
  }

  for (const one of tables) {
    const sorted = one.table.querySelector("[aria-sort] .sort");
    if (sorted) one.first = [sorted, sorted.closest("th").getAttribute("aria-sort")];
  }
  drawWhatIsSeen();
  listenToFilters();
  listenToTables();
  app.onLanguage(translate);
  app.onLanguage(tell);
  at("jump").hidden = true;
  at("filters").hidden = false;
  translate();
  window.addEventListener("hashchange", fromLink);
  fromLink();
  if (!tables.every((one) => one.now)) apply();
})(window.MedGauge);
