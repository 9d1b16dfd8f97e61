"use strict";
/* Which samples are looked at: by what became of the answers, by slice, and by words. */
(function (app) {
  const right = (one) => one === "r";

  /* By the status and verdict letters of A, of B, and by whether A is better (1) or worse (-1). */
  const OF_ONE = {
    all: () => true,
    right: (a) => right(a.verdict),
    partial: (a) => a.verdict === "p",
    wrong: (a) => a.verdict === "w",
    no_answer: (a) => a.status === "n",
    refused: (a) => a.status === "r",
    failed: (a) => a.status === "f",
  };
  const OF_TWO = {
    disagree: (a, b) => a.verdict !== b.verdict,
    only_a: (a, b) => right(a.verdict) && !right(b.verdict),
    only_b: (a, b) => right(b.verdict) && !right(a.verdict),
    both_wrong: (a, b) => a.verdict === "w" && b.verdict === "w",
  };
  const OF_VALUES = { better_a: 1, better_b: -1 };

  /* Whether a link may name this filter. */
  app.isFilter = (name) => Object.hasOwn(OF_ONE, name) || app.needsTwo(name);

  app.needsTwo = (name) => Object.hasOwn(OF_TWO, name) || Object.hasOwn(OF_VALUES, name);

  /* Filter name to the places in `places` that it lets through. `a`, `b` are rows' letters of the shown samples (b may be
     null); `changes` says for the shown samples whose value is better, or is null. A sample that either model lacks, or
     has in another version, is in no filter of two. */
  app.filtered = function (places, a, b, changes) {
    const at = (row, i) => ({ status: row.status[i], verdict: row.verdict[i] });
    const found = {};
    for (const [name, fits] of Object.entries(OF_ONE)) found[name] = places.filter((i) => fits(at(a, i)));
    if (!b) return found;
    const both = places.filter((i) => a.status[i] !== "-" && b.status[i] !== "-");
    for (const [name, fits] of Object.entries(OF_TWO)) found[name] = both.filter((i) => fits(at(a, i), at(b, i)));
    if (!changes) return found;
    for (const [name, way] of Object.entries(OF_VALUES)) found[name] = both.filter((i) => changes[i] === way);
    return found;
  };

  /* Options of slices: value "" for all, else the tag's place and its value's place. */
  app.sliceOptions = function (slices, n) {
    const { el } = app;
    const groups = slices.map((slice, s) => {
      const counts = slice.values.map(() => 0);
      for (const value of slice.of) if (value >= 0) counts[value] += 1;
      const options = slice.values.map((value, v) => el("option", { value: `${s}/${v}` }, `${value} (${counts[v]})`));
      return el("optgroup", { label: slice.tag }, options);
    });
    return [el("option", { value: "" }, app.t("samples.allslices", { n })), ...groups];
  };

  app.inSlice = function (slices, choice) {
    if (!choice) return () => true;
    const [s, v] = choice.split("/").map(Number);
    return (i) => slices[s].of[i] === v;
  };

  /* Between the select's value and what a link says; "" for whatever is not there. */
  app.sliceNamed = function (slices, tag, value) {
    const s = slices.findIndex((slice) => slice.tag === tag);
    const v = s < 0 ? -1 : slices[s].values.indexOf(value);
    return v < 0 ? "" : `${s}/${v}`;
  };

  app.folded = (text) => text.normalize("NFKC").toLowerCase();

  /* All words of a sample and its answers, for the search. */
  app.wordsOf = function (sample, answers) {
    const words = [sample.id];
    if (sample.question) words.push(sample.question.text, ...sample.choices);
    if (sample.target) words.push(...wordsIn(sample.target));
    for (const answer of answers) {
      for (const turn of (answer && answer.said) || []) words.push(turn.text.text);
      if (answer && answer.answer) words.push(...wordsIn(answer.answer));
    }
    return app.folded(words.filter(Boolean).join("\n"));
  };

  function wordsIn(answer) {
    const parts = (answer.segments || []).flatMap((part) => [part.label, part.text.text]);
    const boxes = (answer.boxes || []).map((box) => box.label);
    return [answer.text && answer.text.text, answer.choice && answer.choice.text, ...(answer.labels || []), ...parts, ...boxes];
  }
})(window.MedGauge);
