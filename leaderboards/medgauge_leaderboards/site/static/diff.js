"use strict";
/* What two texts share, word by word: by the language's own word boundaries, so that Chinese has words too. */
(function (app) {
  const MOST = 2000; /* pieces on a side; the table of the longest common subsequence has their product of cells */
  const PLAIN = { word: /\s+|[\p{Script=Han}]|[\p{L}\p{N}_]+|./gsu, sentence: /[^.!?。！？\n]*(?:[.!?。！？\n]+\s*|$)/gsu };

  /* Pieces that make up the text when joined: words with what stands between them, or sentences. */
  app.pieces = function (text, language, kind) {
    if (Intl.Segmenter) {
      const segments = new Intl.Segmenter(language, { granularity: kind }).segment(text);
      return Array.from(segments, (one) => one.segment);
    }
    return (text.match(PLAIN[kind]) || []).filter(Boolean);
  };

  /* [[kind, text], ...] with kind "=", "-" (only in a) or "+" (only in b); neighbours of one kind are joined. Null when a
     side has too many pieces. */
  app.difference = function (a, b) {
    let head = 0;
    while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
    let tail = 0;
    while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
    const [left, right] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
    if (left.length > MOST || right.length > MOST) return null;
    const same = (pieces) => pieces.map((piece) => ["=", piece]);
    return joined([...same(a.slice(0, head)), ...walk(left, right), ...same(a.slice(a.length - tail))]);
  };

  function walk(a, b) {
    const [left, right] = numbered(a, b);
    const width = b.length + 1;
    const longest = new Uint16Array((a.length + 1) * width);
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        const below = longest[(i + 1) * width + j];
        const beside = longest[i * width + j + 1];
        longest[i * width + j] = left[i] === right[j] ? longest[(i + 1) * width + j + 1] + 1 : Math.max(below, beside);
      }
    }
    const found = [];
    let [i, j] = [0, 0];
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && left[i] === right[j]) {
        found.push(["=", a[i++]]);
        j += 1;
      } else if (j >= b.length || (i < a.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])) {
        found.push(["-", a[i++]]);
      } else {
        found.push(["+", b[j++]]);
      }
    }
    return found;
  }

  /* Numbers compare faster than strings. */
  function numbered(...sides) {
    const known = new Map();
    const number = (piece) => known.get(piece) ?? known.set(piece, known.size).size - 1;
    return sides.map((side) => Uint32Array.from(side, number));
  }

  /* Removed before added wherever both stand between two shared pieces. */
  function joined(parts) {
    const found = [];
    let [removed, added] = ["", ""];
    function flush() {
      if (removed) found.push(["-", removed]);
      if (added) found.push(["+", added]);
      [removed, added] = ["", ""];
    }
    for (const [kind, text] of parts) {
      if (kind === "-") removed += text;
      else if (kind === "+") added += text;
      else {
        flush();
        if (found.length && found.at(-1)[0] === "=") found.at(-1)[1] += text;
        else found.push(["=", text]);
      }
    }
    flush();
    return found;
  }

  /* Words where there are not too many, sentences else, nothing where even those are too many. */
  app.compared = function (a, b, language) {
    for (const kind of ["word", "sentence"]) {
      const found = app.difference(app.pieces(a, language, kind), app.pieces(b, language, kind));
      if (found) return { kind, parts: found };
    }
    return null;
  };

  /* The second text as a change of the first. Colour, line and words for screen readers say what was added or removed. */
  app.diffView = function (a, b, language) {
    const { el } = app;
    const made = app.compared(a, b, language);
    if (!made) return [el("p", { class: "note" }, app.t("diff.toolong"))];
    const notes = [made.kind === "sentence" && app.t("diff.sentences"), a === b && app.t("diff.same")];
    const shown = made.parts.map(([kind, text]) => (kind === "=" ? text : changed(kind, text)));
    return [
      ...notes.filter(Boolean).map((note) => el("p", { class: "hint" }, note)),
      el("div", { class: "words diff", lang: language === "zh" ? "zh-CN" : language, dir: "auto" }, shown),
    ];
  };

  function changed(kind, text) {
    const mark = (key) => app.el("span", { class: "hidden", lang: document.documentElement.lang }, app.t(key));
    const [name, open] = kind === "+" ? ["ins", "diff.added"] : ["del", "diff.removed"];
    return app.el(name, {}, mark(open), text, mark("diff.end"));
  }
})(window.MedGauge);
