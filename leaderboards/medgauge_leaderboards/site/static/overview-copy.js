"use strict";
/* A table as it is shown now, as CSV or Markdown; and texts to the clipboard, or to a window where that is refused. */
(function (app) {
  const FORMULA = /^[=+\-@\t\r]/;
  const ALWAYS = ["value", "low", "high", "rank_best", "rank_worst", "n"];
  const LINES = { gain: ["gain", "gain_low", "gain_high"], statuses: ["no_answer_percent", "failed_percent", "refused_percent"] };

  app.copyText = async function (text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = document.getElementById("copied-text");
      area.value = text;
      document.getElementById("copied").showModal();
      area.focus();
      area.select();
      return false;
    }
  };

  /* The columns that are shown, and the rows; a cell of `parts` is a text, or {number: text}. */
  function visible(table) {
    const shown = (cell) => !cell.hidden;
    const heads = [...table.tHead.rows[0].cells].map((head, index) => ({ head, index })).filter((one) => one.index && shown(one.head));
    const rows = [...table.tBodies[0].rows].filter(shown);
    return { heads, rows: rows.map((row) => ({ model: row.cells[0].dataset.value, cells: heads.map((one) => partsOf(row.cells[one.index])) })) };
  }

  function partsOf(cell) {
    const read = app.readCell(cell);
    const number = (text) => (text === undefined ? "" : { number: text });
    const pair = (names, [first, second] = []) => ({ [names[0]]: number(first), [names[1]]: number(second) });
    const [no_answer_percent, failed_percent, refused_percent] = (read.shares || []).map(number);
    return {
      value: number(read.value), ...pair(["low", "high"], read.interval), ...pair(["rank_best", "rank_worst"], read.rank),
      n: number(read.n), gain: number(read.gain), ...pair(["gain_low", "gain_high"], read.gained),
      no_answer_percent, failed_percent, refused_percent,
    };
  }

  function csvRows(table) {
    const { heads, rows } = visible(table);
    const without = (line) => (table.classList.contains(`without-${line}`) ? [] : LINES[line]);
    const parts = [...ALWAYS, ...without("gain"), ...without("statuses")];
    const names = heads.flatMap(({ head }) => parts.map((part) => `${head.dataset.slug} ${part === "value" ? head.dataset.metric : part}`));
    return [["model", ...names], ...rows.map(({ model, cells }) => [model, ...cells.flatMap((cell) => parts.map((part) => cell[part] || ""))])];
  }

  function markdownRows(table) {
    const { heads, rows } = visible(table);
    const shown = ({ value, low, high, rank_best: best, rank_worst: worst }) => {
      if (!value) return "n/a";
      const interval = low ? ` [${low.number}, ${high.number}]` : "";
      const rank = best ? `, ${best.number}${best.number === worst.number ? "" : `–${worst.number}`}` : "";
      return `${value.number}${interval}${rank}`;
    };
    const names = heads.map(({ head }) => `${head.dataset.slug} ${head.dataset.metric}, ${app.t("cell.rank")}`);
    return [[app.t("column.model"), ...names], ...rows.map(({ model, cells }) => [model, ...cells.map(shown)])];
  }

  /* Text that a spreadsheet would take for a formula gets a quote before it; numbers stay numbers. */
  function csvCell(cell) {
    if (cell.number !== undefined) return cell.number;
    const safe = FORMULA.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replace(/"/g, '""')}"` : safe;
  }

  const markdownCell = (text) => text.replace(/[\\`*_{}[\]<>#|~&!]/g, "\\$&").replace(/\s+/g, " ");

  app.tableText = function (table, form) {
    if (form === "csv") return `${csvRows(table).map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
    const rows = markdownRows(table).map((row) => row.map(markdownCell));
    const line = (cells) => `| ${cells.join(" | ")} |`;
    const rule = line(rows[0].map((name, index) => (index ? "---:" : "---")));
    return `${[line(rows[0]), rule, ...rows.slice(1).map(line)].join("\n")}\n`;
  };
})(window.MedGauge);
