"use strict";
/* Which two texts of a sample are compared word by word: the reference with A or B, or A with B. */
(function (app) {
  const LONG = 120; /* characters from which on an answer is worth comparing outside reports */
  const REPORTS = ["report", "grounded-report"];
  const DRAWN = "text-to-region"; /* its words are boxes, and those are in the picture */
  const PAIRS = [["reference", "A"], ["reference", "B"], ["A", "B"]];
  const nameOf = ([one, other]) => `${one}-${other}`.toLowerCase();

  app.isDiff = (name) => PAIRS.some((pair) => nameOf(pair) === name);

  /* The card, or nothing where no two texts are at hand. `chosen` is the name of a pair; `choose` is told of another. */
  app.diffCard = function (sample, answers, family, chosen, choose) {
    const { el } = app;
    const texts = textsOf(sample, answers);
    const pairs = PAIRS.filter((pair) => pair.every((who) => texts[who]));
    const longest = Math.max(0, ...Object.values(texts).map((one) => one.text.length));
    if (family === DRAWN || !pairs.length || (!REPORTS.includes(family) && longest < LONG)) return [];
    const pair = pairs.find((one) => nameOf(one) === chosen) || pairs[0];
    const label = (who) => (who === "reference" ? app.t("box.reference") : who);
    const options = pairs.map((one) => el("option", { value: nameOf(one) }, `${label(one[0])} → ${label(one[1])}`));
    const select = el("select", { id: "diff-pair" }, options);
    select.value = nameOf(pair);
    select.addEventListener("change", () => choose(select.value));
    const [a, b] = pair.map((who) => texts[who]);
    return [
      el(
        "section",
        { class: "card" },
        el("h3", {}, app.t("diff.title")),
        el("p", { class: "actions" }, el("label", {}, app.t("diff.pair"), " ", select)),
        el("p", { class: "hint" }, app.t("diff.legend", { one: label(pair[0]), other: label(pair[1]) })),
        app.diffView(a.text, b.text, b.language),
        [a, b].filter((one) => one.of).map((one) => app.cutNote(one)),
      ),
    ];
  };

  function textsOf(sample, answers) {
    const found = {};
    if (sample.target) add(found, "reference", wordsOf(sample.target), sample.language);
    for (const [who, answer] of answers) {
      if (!answer || !answer.said) continue;
      const read = answer.answer && wordsOf(answer.answer);
      add(found, who, read || answer.said.at(-1)?.text, answer.language);
    }
    return found;
  }

  function add(found, who, value, language) {
    if (value && value.text) found[who] = { ...value, language };
  }

  /* The words of a report; the parts of a grounded one where it has no words of its own. */
  function wordsOf(answer) {
    if (answer.text) return answer.text;
    const parts = (answer.segments || []).map((part) => `${part.label}: ${part.text.text}`);
    return parts.length ? { text: parts.join("\n") } : null;
  }
})(window.MedGauge);
