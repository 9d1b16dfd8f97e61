"use strict";
/* Two rows against each other on all tasks, and sample by sample on one of them. The link: #a=row&b=row&task=task&sort=order. */
(async function (app) {
  const ORDERS = ["task", "down", "up"];
  const find = (id) => document.getElementById(id);
  const [rowA, rowB, task] = ["row-a", "row-b", "task"].map(find);
  const head = await app.data("versus").catch(() => null);
  if (!head) return;
  const slugs = head.rows.map((row) => row.slug);
  const state = { a: slugs[0], b: slugs[1] ?? slugs[0], task: "", sort: "task" };
  let turn = 0;

  function fromLink() {
    const more = new URLSearchParams(location.hash.slice(1));
    const row = (key, other) => (slugs.includes(more.get(key)) ? more.get(key) : other);
    state.a = row("a", state.a);
    state.b = row("b", state.b);
    state.task = head.boards.some((board) => board.slug === more.get("task")) ? more.get("task") : "";
    state.sort = ORDERS.includes(more.get("sort")) ? more.get("sort") : "task";
  }

  function link() {
    const more = new URLSearchParams({ a: state.a, b: state.b });
    if (state.task) more.set("task", state.task);
    if (state.sort !== "task") more.set("sort", state.sort);
    history.replaceState(null, "", `#${more}`);
  }

  function options(items) {
    const made = () => head.rows.map((row) => app.el("option", { value: row.slug }, app.rowName(row)));
    rowA.replaceChildren(...made());
    rowB.replaceChildren(...made());
    const tasks = items.map(({ board }) => app.el("option", { value: board.slug }, board.key));
    task.replaceChildren(app.el("option", { value: "" }, app.t("samples.none")), ...tasks);
    [rowA.value, rowB.value, task.value] = [state.a, state.b, state.task];
  }

  async function show() {
    const mine = ++turn;
    const [a, b] = await Promise.all([state.a, state.b].map((row) => app.data(`versus/row.${row}`)));
    if (mine !== turn) return;
    const items = state.a === state.b ? [] : app.comparisons(head.boards, a, b, state.b);
    const item = items.find(({ board }) => board.slug === state.task);
    if (!item) state.task = "";
    options(items);
    link();
    find("summary").textContent = summary(items);
    app.put("comparisons", ...(items.length ? table(items) : []));
    find("flips").hidden = !item;
    if (item) await flips(item, mine);
    else app.put("flip-lists");
  }

  function summary(items) {
    if (state.a === state.b) return app.t("versus.same");
    if (!items.length) return app.t("versus.nothing");
    const count = (...kinds) => items.filter((item) => !item.why && kinds.includes(item.verdict.replace("+", ""))).length;
    return app.t("versus.summary", {
      better: count("better"),
      worse: count("worse"),
      same: count("inseparable"),
      other: count("higher", "lower"),
      untested: count("untested"),
      apart: items.filter((item) => item.why).length,
    });
  }

  function table(items) {
    const act = {
      sort: (order, key) => {
        state.sort = order;
        redraw().then(() => document.querySelector(`[data-sort="${key}"]`)?.focus());
      },
      task: (slug) => {
        state.task = slug;
        redraw().then(() => find("flips-name").focus());
      },
    };
    const tests = [...new Set(items.filter((item) => !item.why).flatMap(({ board }) => board.test.split(" ")))].filter(Boolean);
    return [
      app.comparisonTable(app.ordered(items, state.sort), state.sort, state.task, act),
      app.el("p", { class: "hint" }, app.t("versus.legend")),
      tests.length > 0 && app.el("p", { class: "hint" }, tests.map((test) => app.t(`versus.test.${test}`)).join(" ")),
    ];
  }

  async function flips(item, mine) {
    find("flips-name").textContent = app.t("versus.flipsof", { task: item.board.key });
    if (item.why) return app.put("flip-lists", app.el("p", { class: "note" }, app.t(`versus.why.${item.why}`)));
    app.put("flip-lists", app.el("p", { class: "note" }, app.t("samples.waiting")));
    const found = await app.flips(item.board.slug, state.a, state.b);
    if (mine !== turn) return;
    if (!found) return app.put("flip-lists", app.el("p", { class: "note" }, app.t("versus.neither")));
    app.put("flip-lists", ...app.flipLists(item.board.slug, [state.a, state.b], found));
  }

  async function redraw() {
    try {
      await show();
    } catch {
      /* The banner already says what is missing; what stood here belongs to another choice. */
      app.put("comparisons");
      find("summary").textContent = "";
      find("flips").hidden = true;
      app.put("flip-lists");
    }
  }

  function changed() {
    Object.assign(state, { a: rowA.value, b: rowB.value, task: task.value });
    redraw();
  }

  for (const select of [rowA, rowB, task]) select.addEventListener("change", changed);
  find("swap").addEventListener("click", () => {
    [state.a, state.b] = [state.b, state.a];
    redraw();
  });
  window.addEventListener("hashchange", () => {
    fromLink();
    redraw();
  });
  app.onLanguage(redraw);
  fromLink();
  find("versus").hidden = false;
  find("waiting").hidden = true;
  await redraw();
})(window.MedGauge);
