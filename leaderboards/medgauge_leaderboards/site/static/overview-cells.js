"use strict";
/* A cell of the overview: its numbers read from its text, its words in another language, its rank, its interval drawn. */
(function (app) {
  const STATUSES = ["no_answer", "failed", "refused"];
  const GAPS = { "no-control": "gain.no-control", "not-comparable": "gain.not-comparable", "undefined": "gain.undefined" };
  const SHOWN = { no_answer: "status.no_answer", failed: "status.failed", refused: "status.refused" };
  const part = (cell, name) => cell.querySelector(`:scope > .${name}`);
  const numbers = (text) => text.replace(/\u2212/g, "-").match(/[+-]?\d[\d.,]*/g) || [];

  function say(place, text) {
    if (place.firstChild.data !== text) place.firstChild.data = text;
  }

  /* Texts without units, as they are shown but for the minus; undefined where the cell has none. */
  app.readCell = function (cell) {
    if (!part(cell, "ranks")) return {};
    const pair = (text) => /\[(.*), (.*)\]/.exec(text.replace(/\u2212/g, "-"))?.slice(1) || [];
    const gain = part(cell, "gain");
    const ranks = part(cell, "ranks").textContent.split("n ");
    const rank = numbers(ranks[0].replace("–", " "));
    const shares = part(cell, "statuses").textContent.split(", ").map((text) => text.match(/([\d.]+) %$/)?.[1]);
    const value = numbers(part(cell, "value").textContent)[0];
    return {
      value,
      interval: part(cell, "interval") ? pair(part(cell, "interval").textContent) : [],
      rank: rank.length ? [rank[0], rank[1] || rank[0]] : [],
      n: ranks.at(-1),
      gain: gain.dataset.why ? undefined : numbers(gain.textContent)[0],
      gained: pair(gain.textContent),
      shares: STATUSES.map((name, index) => shares[index] ?? (shares[0] && "0.0")),
    };
  };

  app.hasRank = (cell) => (part(cell, "ranks")?.firstChild.data.includes("·") ?? false);

  app.setRank = function (cell, best, worst) {
    const place = part(cell, "ranks");
    const n = place.firstChild.data.slice(place.firstChild.data.lastIndexOf("n "));
    say(place, `${app.t("cell.rank")} ${best === worst ? best : `${best}–${worst}`} · ${n}`);
    cell.dataset.rank = best + worst / 1e5;
  };

  app.translateCell = function (cell) {
    const [interval, ranks, gain, statuses] = ["interval", "ranks", "gain", "statuses"].map((name) => part(cell, name));
    if (!ranks) return;
    if (interval && !interval.textContent.startsWith("[")) say(interval, app.t("interval.none"));
    const place = ranks.firstChild.data.indexOf(" · ");
    if (place > 0) say(ranks, `${app.t("cell.rank")} ${ranks.firstChild.data.slice(0, place).match(/\S+$/)[0]}${ranks.firstChild.data.slice(place)}`);
    const [, value, ends] = /([+\u2212][\d.]+) (.*)/.exec(gain.firstChild.data) || [];
    const said = gain.dataset.why ? app.t(GAPS[gain.dataset.why]) : `${value} ${ends.startsWith("[") ? ends : app.t("interval.none")}`;
    say(gain, `${app.t("cell.gain")} ${said}`);
    const shares = statuses.firstChild.data.split(", ").map((text) => text.match(/[\d.]+ %$|n\/a$/)[0]);
    say(statuses, shares.map((share, index) => `${app.t(SHOWN[STATUSES[index]])} ${share}`).join(", "));
  };

  /* The interval as a line on the scale of its column; the numbers beside it say the same. A background, for an
     element in every cell would cost more than the rest of the page. Percentages place the free space, not the start. */
  app.drawCell = function (cell, low, high) {
    const value = Number(app.readCell(cell).value);
    if (Number.isNaN(value)) return;
    const at = (number) => Math.min(100, Math.max(0, (100 * (number - low)) / (high - low)));
    const text = part(cell, "interval").textContent.replace(/\u2212/g, "-");
    const ends = /\[(.*), (.*)\]/.exec(text);
    const [from, to] = ends ? [at(Number(ends[1])), at(Number(ends[2]))] : [0, 0];
    const width = to - from;
    const start = width < 100 ? (100 * from) / (100 - width) : 0;
    cell.classList.add("drawn");
    cell.style.backgroundSize = `3px 10px, ${width}% 3px, 100% 1px`;
    cell.style.backgroundPosition = `${at(value)}% -14px, ${start}% -10.5px, 0 -9.5px`;
  };
})(window.MedGauge);
