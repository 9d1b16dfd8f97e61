"use strict";
/* All tasks on which both rows stand: values, difference, test and verdict. Every number comes from the data. */
(function (app) {
  const { el, svg } = app;
  const MARK = { better: "▲", worse: "▼", higher: "△", lower: "▽", inseparable: "●", untested: "?" };
  const WIDTH = 140;
  const HEIGHT = 22;
  const plainVerdict = (verdict) => verdict.replace("+", "");

  app.signed = (value) => (value > 0 ? "+" : "") + app.number(value);

  app.pText = (p) => (p === null ? "n/a" : p < 0.001 ? (p < 0.0001 ? "<0.0001" : p.toFixed(4)) : p.toFixed(3));

  /* One item a board: its own fields, both sides, and what stands between them or why nothing does. */
  app.comparisons = function (boards, a, b, slugB) {
    return boards
      .filter((board) => a[board.slug] && b[board.slug])
      .map((board) => {
        const [one, other] = [a[board.slug], b[board.slug]];
        const found = one.against[slugB];
        if (typeof found === "string") return { board, one, other, why: found };
        const [difference, low, high, p, adjusted, wins, losses, ties, verdict] = found;
        return { board, one, other, difference, low, high, p, adjusted, wins, losses, ties, verdict };
      });
  };

  /* How far A is ahead; where neither end is better, nobody is. */
  const ahead = (item) => item.one.sign * item.difference;

  /* `order`: "task", "down" (A's best first) or "up". What cannot be compared is last in every order. */
  app.ordered = function (items, order) {
    if (order === "task") return items;
    const ranked = (item) => (item.why ? 2 : item.one.sign ? 0 : 1);
    const turn = order === "down" ? -1 : 1;
    const by = (x, y) => ranked(x) - ranked(y) || (ranked(x) ? 0 : turn * (ahead(x) - ahead(y)));
    return [...items].sort(by);
  };

  app.comparisonTable = function (items, order, chosen, act) {
    const ends = endsOf(items);
    const head = el("thead", {}, el("tr", {}, heads(order, act)));
    const rows = items.map((item) => row(item, ends, item.board.slug === chosen, act));
    return el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": app.t("versus.table") },
      el("table", { class: "versus" }, head, el("tbody", {}, rows)),
    );
  };

  function heads(order, act) {
    const plain = (key) => el("th", { scope: "col" }, app.t(key));
    const sorter = (key, sorted, next, arrow) => {
      const button = el("button", { type: "button", class: "sort", "data-sort": key }, app.t(key), el("span", { "aria-hidden": "true" }, arrow));
      button.addEventListener("click", () => act.sort(next, key));
      return el("th", { scope: "col", "aria-sort": sorted }, button);
    };
    const way = { down: ["descending", " ↓"], up: ["ascending", " ↑"] }[order] || [null, ""];
    return [
      sorter("versus.task", order === "task" ? "ascending" : null, "task", order === "task" ? " ↑" : ""),
      sorter("versus.difference", way[0], order === "down" ? "up" : "down", way[1]),
      plain("versus.plot"),
      plain("versus.verdict"),
      plain("versus.counts"),
      plain("versus.p"),
      plain("versus.adjusted"),
      el("th", { scope: "col" }, "A"),
      el("th", { scope: "col" }, "B"),
    ];
  }

  function row(item, ends, chosen, act) {
    const { board, one, other } = item;
    const name = el(
      "th",
      { scope: "row" },
      el("a", { href: `${app.root}tasks/${board.slug}.html` }, board.task),
      " ",
      el("span", { class: "tag", lang: board.language }, board.language === "zh" ? "中文" : "EN"),
      el("span", { class: "under" }, one.metric, one.metric !== other.metric && ` / ${other.metric}`, one.sign < 0 && ` (${app.t("metric.lower")})`),
    );
    const values = [one, other].map((side) => el("td", { class: "number" }, app.number(side.value), interval(side)));
    const why = () => el("td", { colspan: 6 }, verdictOf("apart"), " ", app.t(`versus.why.${item.why}`));
    return el("tr", { class: chosen && "chosen", "data-task": board.slug }, name, item.why ? why() : differences(item, ends, act), values);
  }

  function differences(item, ends, act) {
    const { one, wins, losses, ties } = item;
    const counted = wins !== null;
    const counts = counted ? `${wins} / ${losses} / ${ties}` : "n/a";
    const label = app.t("versus.showflips", { task: item.board.key });
    const button = el("button", { type: "button", class: "flip", "aria-label": label }, app.t("versus.flips"));
    button.addEventListener("click", () => act.task(item.board.slug));
    return [
      el("td", { class: "number" }, app.signed(item.difference), interval(item, app.signed)),
      el("td", { class: "plot" }, plot(item, ends.get(one.metric))),
      el("td", {}, verdictOf(item.verdict)),
      el("td", { class: "number" }, counts, counted && el("span", { class: "under" }, app.t("versus.n", { n: wins + losses + ties }), " ", button)),
      el("td", { class: "number" }, app.pText(item.p)),
      el("td", { class: "number" }, item.adjusted !== null || item.p === null ? app.pText(item.adjusted) : app.t("versus.alone")),
    ];
  }

  function verdictOf(verdict) {
    const kind = plainVerdict(verdict);
    const mark = el("span", { "aria-hidden": "true" }, `${MARK[kind] || "–"} `);
    return el("span", { class: `verdict is-${kind}` }, mark, app.t(`versus.is.${kind}`), verdict !== kind && app.t("versus.unadjusted"));
  }

  function interval(side, form = app.number) {
    const known = side.low !== null && side.high !== null;
    return el("span", { class: "under" }, known ? `[${form(side.low)}, ${form(side.high)}]` : app.t("interval.none"));
  }

  /* The farthest end from zero of all rows of one metric, so that these share a scale. */
  function endsOf(items) {
    const ends = new Map();
    for (const item of items.filter((one) => !one.why)) {
      const far = Math.max(...[item.difference, item.low, item.high].map((x) => Math.abs(x ?? 0)));
      ends.set(item.one.metric, Math.max(far, ends.get(item.one.metric) || 0));
    }
    return ends;
  }

  /* Zero in the middle, A's side to the right. The mark has the verdict's shape. */
  function plot(item, end) {
    const at = (value) => WIDTH / 2 + ((WIDTH / 2 - 8) * value) / (end || 1);
    const y = HEIGHT / 2;
    const known = item.low !== null && item.high !== null;
    const kind = plainVerdict(item.verdict);
    return [
      svg(
        "svg",
        { class: `diverging is-${kind}`, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, "aria-hidden": "true" },
        svg("line", { class: "track", x1: 0, x2: WIDTH, y1: y, y2: y }),
        svg("line", { class: "zero", x1: at(0), x2: at(0), y1: 1, y2: HEIGHT - 1 }),
        known && svg("line", { class: "range", x1: at(item.low), x2: at(item.high), y1: y, y2: y }),
        svg("path", { class: "point", d: shape(kind, at(item.difference), y) }),
      ),
      el("span", { class: "under" }, `± ${app.number(end)}`),
    ];
  }

  function shape(kind, x, y) {
    if (kind === "better" || kind === "higher") return `M${x - 5} ${y + 5}L${x + 5} ${y + 5}L${x} ${y - 5}Z`;
    if (kind === "worse" || kind === "lower") return `M${x - 5} ${y - 5}L${x + 5} ${y - 5}L${x} ${y + 5}Z`;
    return `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0Z`;
  }
})(window.MedGauge);
