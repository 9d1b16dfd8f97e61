"use strict";
/* Which boxes a sample has, whose they are, and what became of each. Matches are read, not made, here. */
(function (app) {
  /* One item a box: who ("reference", "region", "A", "B"), state, number, IoU. */
  app.boxesOf = function (sample, answers) {
    const items = [];
    (sample.regions || []).forEach((box, i) => items.push(item("region", "region", i, box)));
    const reference = (sample.target && sample.target.boxes) || [];
    reference.forEach((box, i) => items.push(referenceItem(box, i, answers)));
    for (const [who, answer] of answers) {
      if (!answer || !answer.answer) continue;
      (answer.answer.boxes || []).forEach((box, i) => items.push(predictedItem(who, box, i, answer.matches)));
    }
    return items;
  };

  function item(who, state, index, box, more) {
    return { who, state, number: index + 1, xyxy: box.xyxy, label: box.label || "", score: box.score, part: box.part, ...more };
  }

  function pairsOf(answer) {
    return (answer && answer.matches && answer.matches.pairs) || [];
  }

  function referenceItem(box, index, answers) {
    const shown = answers.filter(([, answer]) => answer && !answer.other);
    const by = shown.filter(([, answer]) => !pairsOf(answer).some((pair) => pair[1] === index)).map(([who]) => who);
    const all = shown.length > 0 && by.length === shown.length;
    return item("reference", all ? "missed" : "reference", index, box, { missedBy: by });
  }

  function predictedItem(who, box, index, matches) {
    if (!matches) return item(who, "predicted", index, box);
    const pair = matches.pairs.find((found) => found[0] === index);
    if (pair) return item(who, "matched", index, box, { iou: pair[2], otherLabel: !pair[3] });
    return item(who, "invented", index, box, { best: matches.best[index] });
  }

  /* The state in words, with the IoU that stands behind it. */
  app.stateText = function (box) {
    if (box.state === "matched") {
      const text = `${app.t("box.matched")}, ${app.t("box.iou", { iou: app.number(box.iou, 2) })}`;
      return box.otherLabel ? `${text}, ${app.t("box.otherlabel")}` : text;
    }
    if (box.state === "invented") return `${app.t("box.invented")}, ${app.t("box.best", { iou: app.number(box.best, 2) })}`;
    if (box.state === "missed") return app.t("box.missed");
    if (box.missedBy && box.missedBy.length) return app.t("box.missedby", { who: box.missedBy.join(", ") });
    if (box.who === "region") return app.t("box.region");
    return box.who === "reference" && box.missedBy ? app.t("box.matched") : "";
  };

  app.whoText = (box) => (["A", "B"].includes(box.who) ? box.who : app.t(`box.${box.who}`));

  app.boxTable = function (boxes, language, threshold) {
    if (!boxes.length) return [];
    const head = ["box.who", "box.label", "box.state", "box.where"].map((key) => app.el("th", { scope: "col" }, app.t(key)));
    const rows = boxes.map((box) =>
      app.el(
        "tr",
        { class: `who-${box.who} state-${box.state}` },
        app.el(
          "th",
          { scope: "row" },
          app.swatch(box),
          ` ${app.whoText(box)} ${box.number}`,
          box.part !== undefined && [app.el("span", { class: "hidden" }, `, ${app.t("part.part")}`), " ", app.partMark(box.part)],
        ),
        app.el("td", { lang: language, dir: "auto" }, box.label),
        app.el("td", {}, app.stateText(box)),
        app.el("td", { class: "where" }, box.xyxy.map((x) => app.number(x, 1)).join(", ")),
      ),
    );
    return [
      app.el("h3", {}, app.t("box.list")),
      app.el(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": app.t("box.list") },
        app.el("table", { class: "boxlist" }, app.el("thead", {}, app.el("tr", {}, head)), app.el("tbody", {}, rows)),
      ),
      app.el("p", { class: "hint" }, app.t("box.threshold", { at: threshold })),
    ];
  };
})(window.MedGauge);
