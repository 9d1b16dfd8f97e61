"use strict";
/* The words of a sample: question, reference, what each model said and how it was read, and the values. */
(function (app) {
  const { el } = app;
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

  function section(key, ...children) {
    return el("section", { class: "card" }, el("h3", {}, app.t(key)), children);
  }

  function pair(key, ...value) {
    return [el("dt", {}, app.t(key)), el("dd", {}, value)];
  }

  function letter(index) {
    return LETTERS[index] || String(index + 1);
  }

  function list(values, language) {
    return el("ul", { class: "inline" }, values.map((value) => el("li", { lang: language, dir: "auto" }, value)));
  }

  app.cutNote = (value) => el("p", { class: "hint" }, app.t("samples.cut", { shown: [...value.text].length, of: value.of }));

  /* Sentence by sentence where there are several; all words stay as they are. */
  function sentences(value, language) {
    const parts = app.pieces(value.text, language, "sentence").filter((part) => part.trim());
    if (parts.length < 2) return app.words(value, language);
    const lang = language === "zh" ? "zh-CN" : language;
    return [
      el("ol", { class: "sentences", lang }, parts.map((part) => el("li", { dir: "auto" }, part))),
      value.of && app.cutNote(value),
    ];
  }

  /* An answer field by field; fields that it does not use are not there. */
  function reading(answer, language, family) {
    const choice = answer.choice;
    const rows = [
      answer.polar && pair("part.polar", app.t(`polar.${answer.polar}`)),
      choice && pair("part.choice", choice.text === null ? letter(choice.index) : `${letter(choice.index)}. ${choice.text}`),
      answer.labels && pair("part.labels", answer.labels.length ? list(answer.labels, language) : app.t("part.nolabels")),
      answer.segments && pair("part.segments", answer.segments.map((segment, i) => part(segment, i, language))),
      answer.text && !answer.segments && pair("part.text", (family === "report" ? sentences : app.words)(answer.text, language)),
      answer.boxes && pair("part.boxes", String(answer.boxes.length)),
      answer.invalid && pair("part.invalid", String(answer.invalid)),
    ];
    if (!rows.some(Boolean)) return el("p", { class: "nothing" }, app.t("part.noboxes"));
    return el("dl", { class: "reading" }, rows.flat().filter(Boolean));
  }

  function part(segment, index, language) {
    return el(
      "div",
      { class: "part" },
      app.partMark(index),
      " ",
      el("strong", { lang: language, dir: "auto" }, segment.label),
      " ",
      el("span", { class: "count" }, `${app.t("part.boxes")} ${segment.boxes}`),
      app.words(segment.text, language),
    );
  }

  app.questionCard = function (sample, family) {
    if (!sample.question) return null;
    const choices = sample.choices.map((choice) => el("li", { lang: sample.language, dir: "auto" }, choice));
    const lettered = family === "vqa";
    return [
      section(
        "part.question",
        sample.question.text && app.words(sample.question, sample.language),
        !sample.question.text && !choices.length && el("p", { class: "nothing" }, app.t("part.noquestion")),
        choices.length > 0 && [el("h4", {}, app.t(lettered ? "part.choices" : "part.wanted")), el(lettered ? "ol" : "ul", { class: "choices" }, choices)],
      ),
      section("part.reference", reading(sample.target, sample.language, family)),
    ];
  };

  app.answerCard = function (who, row, answer, family) {
    const head = el("h3", {}, el("span", { class: `who who-${who}` }, who), " ", app.rowName(row));
    if (!answer) return el("section", { class: "card answer" }, head, el("p", { class: "note" }, app.t("samples.missing")));
    const marks = el(
      "p",
      { class: "marks" },
      answer.verdict && el("span", { class: `badge verdict-${answer.verdict}` }, app.t(`verdict.${answer.verdict}`)),
      answer.status !== "scored" && el("span", { class: `badge status-${answer.status}` }, app.t(`status.${answer.status}`)),
      answer.truncated && el("span", { class: "badge badge-warn" }, app.t("status.truncated")),
    );
    const other = answer.other && el("p", { class: "note" }, app.t("samples.other"));
    return el("section", { class: `card answer who-${who}` }, head, marks, other, answer.said ? said(answer, family) : null);
  };

  function said(answer, family) {
    const turns = answer.said.map((turn, i) => [
      answer.said.length > 1 && el("h4", {}, app.t("part.turn", { n: i + 1 })),
      app.words(turn.text, answer.language, "pre"),
      turn.error && el("p", { class: "error", dir: "auto" }, `${app.t("part.error")}: ${turn.error}`),
      turn.finish !== "stop" && el("p", { class: "hint" }, `${app.t("part.finish")}: ${turn.finish}`),
    ]);
    const { rule, ...rest } = answer.detail || {};
    return [
      el("h4", {}, app.t("part.said")),
      turns,
      el("h4", {}, app.t("part.parsed")),
      answer.answer ? reading(answer.answer, answer.language, family) : el("p", { class: "nothing" }, app.t("part.unparsed")),
      rule !== undefined && el("p", { class: "rule" }, `${app.t("part.rule")}: `, el("code", {}, plain(rule))),
      Object.keys(rest).length > 0 && detail(rest),
    ];
  }

  function detail(rest) {
    const rows = Object.entries(rest).map(([name, value]) => [el("dt", {}, name), el("dd", { dir: "auto" }, plain(value))]);
    return el("details", {}, el("summary", {}, app.t("part.detail")), el("dl", { class: "reading" }, rows.flat()));
  }

  function plain(value) {
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  app.valueTable = function (answers) {
    const shown = answers.filter(([, answer]) => answer);
    const names = [...new Set(shown.flatMap(([, answer]) => Object.keys(answer.values)))].sort();
    if (!names.length) return [];
    const head = [el("td", {}), ...shown.map(([who]) => el("th", { scope: "col" }, el("span", { class: `who who-${who}` }, who)))];
    const rows = names.map((name) =>
      el("tr", {}, el("th", { scope: "row" }, name), shown.map(([, answer]) => el("td", {}, app.number(answer.values[name])))),
    );
    return [section("part.values", el("table", { class: "values" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, rows)))];
  };

  app.tagList = function (tags) {
    const marks = Object.entries(tags || {}).map(([name, value]) => el("span", { class: "tag", dir: "auto" }, `${name}: ${value}`));
    return marks.length ? [el("p", { class: "marks" }, marks)] : [];
  };
})(window.MedGauge);
