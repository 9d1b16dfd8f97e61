"use strict";
/* The samples of one task on which one of two rows has the better value, from the scores of all samples. */
(function (app) {
  const { el } = app;
  const MOST = 200; /* of each side */
  const STATUS = { s: "scored", n: "no_answer", r: "refused", f: "failed" };

  /* {lists: {A: places, B: places}, rows, names, head}: the largest change first, then the order of the data set. */
  app.flips = async function (board, slugA, slugB) {
    const wanted = [app.data(`${board}/board`), app.names(board), app.scores(board, slugA), app.scores(board, slugB)];
    const [head, names, a, b] = await Promise.all(wanted);
    const changes = app.changes(a, b, head.scales);
    if (!changes) return null;
    const size = (i) => Math.abs(a.values[i] - b.values[i]);
    const places = (way) => [...changes.keys()].filter((i) => changes[i] === way).sort((i, j) => size(j) - size(i) || i - j);
    return { head, names, rows: { A: a, B: b }, step: head.scales[a.scale].step, lists: { A: places(1), B: places(-1) } };
  };

  app.flipLists = function (board, slugs, found) {
    const shown = new Set(found.head.numbers.map((number) => number - 1));
    return [
      el("p", { class: "hint" }, app.t("versus.fliporder"), found.head.n < found.head.of && ` ${app.t("versus.someshown", { n: found.head.n, of: found.head.of })}`),
      found.step > 0 && el("p", { class: "note" }, app.t("versus.step", { step: found.step.toPrecision(2) })),
      el("div", { class: "flip-lists" }, ["A", "B"].map((who) => list(board, slugs, found, who, shown))),
    ];
  };

  function list(board, slugs, found, who, shown) {
    const all = found.lists[who];
    const id = `flips-${who.toLowerCase()}`;
    const head = ["versus.sample", null, null].map((key, i) => el("th", { scope: "col" }, key ? app.t(key) : "AB"[i - 1]));
    const rows = all.slice(0, MOST).map((i) => {
      const name = el("th", { scope: "row", dir: "auto" }, shown.has(i) ? link(board, slugs, found.names[i]) : found.names[i]);
      return el("tr", {}, name, ["A", "B"].map((side) => value(found.rows[side], i)));
    });
    const count = all.length > MOST ? app.t("versus.first", { n: MOST, of: all.length }) : app.t("versus.all", { n: all.length });
    return el(
      "section",
      { class: "flip-list", "aria-labelledby": id },
      el("h3", { id }, el("span", { class: `who who-${who}`, "aria-hidden": "true" }, who), " ", app.t(`versus.ahead.${who}`), " ", el("span", { class: "count" }, count)),
      all.length > 0 && el("table", { class: "flipped" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)),
    );
  }

  function link(board, slugs, name) {
    const rows = new URLSearchParams({ a: slugs[0], b: slugs[1] });
    return el("a", { href: `${app.root}samples/${board}.html#${encodeURIComponent(name)}?${rows}` }, name);
  }

  function value(row, i) {
    const status = STATUS[String.fromCharCode(row.status[i])];
    const told = status && status !== "scored" && el("span", { class: "under" }, app.t(`status.${status}`));
    return el("td", { class: "number" }, app.number(Number.isNaN(row.values[i]) ? null : row.values[i]), told);
  }
})(window.MedGauge);
