"use strict";
/* The sample view: which sample, which models, which filter; all of it stands in the link. */
(async function (app) {
  const SEARCHED = 16; /* files of samples that a search loads by itself */
  const root = document.getElementById("explorer");
  const board = root.dataset.board;
  const find = (id) => document.getElementById(id);
  const [rowA, rowB, filter, slice, words] = ["row-a", "row-b", "filter", "slice", "words"].map(find);
  const head = await app.data(`${board}/board`).catch(() => null);
  if (!head) return;
  const slugs = head.rows.map((row) => row.slug);
  const hidden = new Set();
  const shown = { list: [], at: 0, turn: 0 };
  let state = { a: slugs[0], b: "", show: "all", slice: "", words: "", diff: "" };

  function options() {
    const made = () => head.rows.map((row) => app.el("option", { value: row.slug }, app.rowName(row)));
    rowA.replaceChildren(...made());
    rowB.replaceChildren(app.el("option", { value: "" }, app.t("samples.none")), ...made());
    slice.replaceChildren(...app.sliceOptions(head.slices, head.n));
    slice.parentElement.hidden = !head.slices.length;
    [rowA.value, rowB.value, slice.value, words.value] = [state.a, state.b, state.slice, state.words];
  }

  /* The samples that fit slice, words and filter; n of every filter stands in its name. */
  async function choose(number) {
    const turn = ++shown.turn;
    const [a, b] = await Promise.all([state.a, state.b].map((row) => row && app.data(`${board}/${row}/index`)));
    const changes = b ? await changesOfShown() : null;
    const places = await searched(head.links.map((_, i) => i).filter(app.inSlice(head.slices, state.slice)));
    if (turn !== shown.turn) return false;
    const found = app.filtered(places, a, b, changes);
    if (!found[state.show]) state.show = "all";
    const made = ([name, list]) => app.el("option", { value: name }, app.t(`filter.${name}`, { n: list.length }));
    filter.replaceChildren(...Object.entries(found).map(made));
    filter.value = state.show;
    shown.list = found[state.show];
    shown.at = Math.max(0, shown.list.findIndex((i) => i >= number));
    return true;
  }

  async function changesOfShown() {
    const rows = await Promise.all([state.a, state.b].map((row) => app.scores(board, row)));
    const changes = app.changes(...rows, head.scales);
    return changes && head.numbers.map((number) => changes[number - 1]);
  }

  /* Those whose words hold what is searched; says how many were looked at, for not all need be loaded. */
  async function searched(places) {
    const wanted = app.folded(state.words.trim());
    find("searched").textContent = "";
    if (!wanted) return places;
    const files = [...new Set(places.map((i) => Math.floor(i / head.chunk)))].slice(0, SEARCHED);
    const looked = places.filter((i) => files.includes(Math.floor(i / head.chunk)));
    const found = await Promise.all(
      looked.map(async (i) => {
        const [sample, ...answers] = await entries(i);
        return app.wordsOf(sample, answers).includes(wanted);
      }),
    );
    find("searched").textContent = app.t("samples.searched", { n: looked.length, of: places.length });
    return looked.filter((_, k) => found[k]);
  }

  async function part(name, number) {
    const chunk = Math.floor(number / head.chunk);
    return (await app.data(`${name}/${chunk}`))[number - chunk * head.chunk];
  }

  const entries = (i) => Promise.all([board, ...[state.a, state.b].filter(Boolean).map((row) => `${board}/${row}`)].map((name) => part(name, i)));

  async function show() {
    const turn = ++shown.turn;
    const number = shown.list[shown.at];
    const none = number === undefined;
    find("empty").hidden = !none;
    find("sample").hidden = none;
    find("position").textContent = app.t("samples.position", { at: none ? 0 : shown.at + 1, of: shown.list.length });
    history.replaceState(null, "", app.linkOf(head, state, number));
    if (none) return;
    const [sample, ...answers] = await entries(number);
    /* A later step may have overtaken this one. */
    if (turn !== shown.turn) return;
    const rows = [["A", state.a], ["B", state.b]].filter(([, slug]) => slug);
    draw(sample, rows.map(([who, slug], i) => [who, answers[i], slug]));
  }

  function draw(sample, answers) {
    const boxes = app.boxesOf(sample, answers);
    const drawn = boxes.filter((box) => !hidden.has(layerOf(box)));
    find("sample-name").textContent = app.t("samples.name", { name: sample.id ?? sample.no });
    find("sample-number").textContent = app.t("samples.number", { no: sample.no, of: head.of });
    const figures = (sample.sizes || []).map((_, i) => app.figure(sample, i, drawn));
    const why = withheld(sample);
    app.put("figures", ...figures, why && app.el("p", { class: "note" }, app.t(`samples.hidden.${why}`)));
    app.view();
    app.put("layers", ...layers(boxes, () => draw(sample, answers)));
    app.put("boxes", ...app.boxTable(boxes, sample.language, head.threshold));
    app.put("tags", ...app.tagList(sample.tags));
    app.put("question", app.questionCard(sample, head.family) || []);
    const card = ([who, answer, slug]) => app.answerCard(who, head.rows[slugs.indexOf(slug)], answer, head.family);
    app.put("answers", ...answers.map(card));
    drawDiff(sample, answers);
    app.put("values", ...app.valueTable(answers));
  }

  function drawDiff(sample, answers) {
    function other(name) {
      state.diff = name;
      history.replaceState(null, "", app.linkOf(head, state, shown.list[shown.at]));
      drawDiff(sample, answers);
      find("diff-pair").focus();
    }
    app.put("diff", ...app.diffCard(sample, answers, head.family, state.diff, other));
  }

  function withheld(sample) {
    if (["scores", "predictions", "references"].includes(sample.level)) return sample.level;
    return (sample.pictures || []).every(Boolean) ? null : "picture";
  }

  const layerOf = (box) => (box.who === "region" ? "reference" : box.who);

  function layers(boxes, redraw) {
    const names = ["reference", "A", "B"].filter((name) => boxes.some((box) => layerOf(box) === name));
    return names.map((name) => {
      const given = { type: "button", class: "layer", "aria-pressed": String(!hidden.has(name)), "data-layer": name };
      const text = name === "reference" ? app.t("box.reference") : name;
      const button = app.el("button", given, app.swatch({ who: name, state: "reference" }), text);
      button.addEventListener("click", () => {
        if (!hidden.delete(name)) hidden.add(name);
        redraw();
        document.querySelector(`[data-layer="${name}"]`).focus();
      });
      return button;
    });
  }

  function fromLink() {
    const read = app.stateOf(head, location.hash, state);
    state = read.state;
    options();
    if (read.missing !== null) app.problem(head.n < head.of ? "samples.unshown" : "problem.sample", { what: read.missing });
    return read.number;
  }

  async function restart(number) {
    try {
      if (await choose(number)) await show();
    } catch {
      find("sample").hidden = true; /* The banner already says what is missing; what stood here is another sample. */
    }
  }

  function step(by) {
    if (!shown.list.length) return;
    shown.at = (shown.at + by + shown.list.length) % shown.list.length;
    show().catch(() => (find("sample").hidden = true));
  }

  function keys(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, input, textarea, .scroll, pre")) return;
    if (event.key.startsWith("Arrow") && event.target.closest(".close")) return; /* They move the picture there. */
    const layer = { r: "reference", 1: "A", 2: "B" }[event.key];
    const by = { ArrowLeft: -1, k: -1, ArrowRight: 1, j: 1 }[event.key];
    if (by) step(by);
    else if (event.key === "z") app.zoom();
    else if (layer) document.querySelector(`[data-layer="${layer}"]`)?.click();
    else return;
    event.preventDefault();
  }

  const here = () => shown.list[shown.at] ?? 0;

  function changed() {
    Object.assign(state, { a: rowA.value, b: rowB.value, show: filter.value, slice: slice.value, words: words.value });
    if (app.needsTwo(state.show) && !state.b) state.show = "all";
    restart(here());
  }

  for (const select of [rowA, rowB, filter, slice]) select.addEventListener("change", changed);
  let typing = 0;
  words.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(changed, 200);
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
