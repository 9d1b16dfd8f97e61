"use strict";
/* The sample view: which sample, which models, which filter; all of it stands in the link. */
(async function (app) {
  const root = document.getElementById("explorer");
  const board = root.dataset.board;
  const find = (id) => document.getElementById(id);
  const [rowA, rowB, filter] = [find("row-a"), find("row-b"), find("filter")];
  const FILTERS = {
    all: () => true,
    wrong: (status, verdict) => verdict === "w",
    partial: (status, verdict) => verdict === "p",
    no_answer: (status) => status === "n",
    refused: (status) => status === "r",
    failed: (status) => status === "f",
  };
  const hidden = new Set();
  const state = { list: [], at: 0, show: "all", drawn: 0 };
  const head = await app.data(`${board}/board`).catch(() => null);
  if (!head) return;
  const slugs = head.rows.map((row) => row.slug);

  function options() {
    const name = (row) => (row.control === "none" ? row.model : `${row.model} · ${app.t(`badge.control-${row.control}`)}`);
    const made = () => head.rows.map((row) => app.el("option", { value: row.slug }, name(row)));
    const [a, b] = [rowA.value || slugs[0], rowB.value];
    rowA.replaceChildren(...made());
    rowB.replaceChildren(app.el("option", { value: "" }, app.t("samples.none")), ...made());
    [rowA.value, rowB.value] = [a, b];
  }

  /* The samples that fit the filter, by model A; n of every filter stands in its name. */
  async function choose(number) {
    const index = await app.data(`${board}/${rowA.value}/index`);
    const fits = (name) => [...index.status].flatMap((s, i) => (FILTERS[name](s, index.verdict[i]) ? [i] : []));
    const found = Object.fromEntries(Object.keys(FILTERS).map((name) => [name, fits(name)]));
    const made = ([name, list]) => app.el("option", { value: name }, app.t(`filter.${name}`, { n: list.length }));
    filter.replaceChildren(...Object.entries(found).map(made));
    filter.value = state.show;
    state.list = found[state.show];
    state.at = Math.max(0, state.list.findIndex((i) => i >= number));
  }

  async function part(name, number) {
    const chunk = Math.floor(number / head.chunk);
    return (await app.data(`${name}/${chunk}`))[number - chunk * head.chunk];
  }

  async function show() {
    const turn = ++state.drawn;
    const number = state.list[state.at];
    const none = number === undefined;
    find("empty").hidden = !none;
    find("sample").hidden = none;
    find("position").textContent = app.t("samples.position", { at: none ? 0 : state.at + 1, of: state.list.length });
    link(number);
    if (none) return;
    const rows = [["A", rowA.value], ["B", rowB.value]].filter(([, slug]) => slug);
    const wanted = [part(board, number), ...rows.map(([, slug]) => part(`${board}/${slug}`, number))];
    const [sample, ...answers] = await Promise.all(wanted);
    /* A later step may have overtaken this one. */
    if (turn === state.drawn) draw(sample, rows.map(([who, slug], i) => [who, answers[i], slug]));
  }

  function draw(sample, answers) {
    const boxes = app.boxesOf(sample, answers);
    const shown = boxes.filter((box) => !hidden.has(layerOf(box)));
    find("sample-name").textContent = app.t("samples.name", { name: sample.id ?? sample.no });
    const figures = (sample.sizes || []).map((_, i) => app.figure(sample, i, shown));
    const why = withheld(sample);
    app.put("figures", ...figures, why && app.el("p", { class: "note" }, app.t(`samples.hidden.${why}`)));
    app.put("layers", ...layers(boxes, () => draw(sample, answers)));
    app.put("boxes", ...app.boxTable(boxes, sample.language, head.threshold));
    app.put("tags", ...app.tagList(sample.tags));
    app.put("question", app.questionCard(sample, head.family) || []);
    app.put("answers", ...answers.map(([who, answer, slug]) => app.answerCard(who, head.rows[slugs.indexOf(slug)], answer)));
    app.put("values", ...app.valueTable(answers));
  }

  function withheld(sample) {
    if (["scores", "predictions", "references"].includes(sample.level)) return sample.level;
    return (sample.pictures || []).every(Boolean) ? null : "picture";
  }

  const layerOf = (box) => (box.who === "region" ? "reference" : box.who);

  function layers(boxes, redraw) {
    return ["reference", "A", "B"]
      .filter((name) => boxes.some((box) => layerOf(box) === name))
      .map((name) => {
        const text = name === "reference" ? app.t("box.reference") : name;
        const button = app.el(
          "button",
          { type: "button", class: "layer", "aria-pressed": String(!hidden.has(name)), "data-layer": name },
          app.swatch({ who: name, state: "reference" }),
          text,
        );
        button.addEventListener("click", () => {
          if (!hidden.delete(name)) hidden.add(name);
          redraw();
          document.querySelector(`[data-layer="${name}"]`).focus();
        });
        return button;
      });
  }

  function link(number) {
    const more = new URLSearchParams({ a: rowA.value });
    if (rowB.value) more.set("b", rowB.value);
    if (state.show !== "all") more.set("show", state.show);
    const name = number === undefined ? "" : encodeURIComponent(head.links[number]);
    history.replaceState(null, "", `#${name}?${more}`);
  }

  /* #id?a=row&b=row&show=filter; each part may be missing. Returns the number of the sample. */
  function fromLink() {
    const [name, query] = location.hash.slice(1).split("?");
    const more = new URLSearchParams(query || "");
    rowA.value = slugs.includes(more.get("a")) ? more.get("a") : rowA.value || slugs[0];
    rowB.value = slugs.includes(more.get("b")) ? more.get("b") : more.has("a") ? "" : rowB.value;
    state.show = more.get("show") in FILTERS ? more.get("show") : "all";
    if (!name) return 0;
    const id = decoded(name);
    const number = head.links.indexOf(id);
    if (number < 0) app.problem("problem.sample", { what: id });
    return Math.max(0, number);
  }

  function decoded(name) {
    try {
      return decodeURIComponent(name);
    } catch {
      return name;
    }
  }

  async function restart(number) {
    try {
      await choose(number);
      await show();
    } catch {
      find("sample").hidden = true; /* The banner already says what is missing; what stood here is another sample. */
    }
  }

  function step(by) {
    if (!state.list.length) return;
    state.at = (state.at + by + state.list.length) % state.list.length;
    show().catch(() => (find("sample").hidden = true));
  }

  function keys(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, input, textarea, .scroll, pre")) return;
    const layer = { r: "reference", 1: "A", 2: "B" }[event.key];
    const by = { ArrowLeft: -1, k: -1, ArrowRight: 1, j: 1 }[event.key];
    if (by) step(by);
    else if (layer) document.querySelector(`[data-layer="${layer}"]`)?.click();
    else return;
    event.preventDefault();
  }

  const here = () => state.list[state.at] ?? 0;
  options();
  for (const select of [rowA, rowB]) select.addEventListener("change", () => restart(here()));
  filter.addEventListener("change", () => {
    state.show = filter.value;
    restart(here());
  });
  find("previous").addEventListener("click", () => step(-1));
  find("next").addEventListener("click", () => step(1));
  document.addEventListener("keydown", keys);
  window.addEventListener("hashchange", () => restart(fromLink()));
  app.onLanguage(() => {
    options();
    restart(here());
  });
  root.hidden = false;
  find("waiting").hidden = true;
  await restart(fromLink());
})(window.MedGauge);
