"use strict";
/* The picture with its boxes. The drawing's coordinates are pixels of the original image and it is stretched over
   the small picture, so a box lies right at every width. */
(function (app) {
  const TALLEST = 0.72; /* of the window's height */

  app.figure = function (sample, index, boxes) {
    const size = (sample.sizes || [])[index];
    const path = (sample.pictures || [])[index];
    if (!size) return null;
    const [width, height] = size;
    const plate = app.el("div", { class: path ? "plate" : "plate bare" });
    /* As wide as there is room, and no taller than the window; `--zoom` times that when looked at closely. */
    plate.style.width = `calc(var(--zoom, 1) * min(100%, ${((100 * TALLEST * width) / height).toFixed(2)}vh))`;
    if (path) {
      plate.append(app.el("img", { src: app.root + path, width, height, alt: app.t("samples.alt"), decoding: "async" }));
    }
    if (index === 0) plate.append(drawing(width, height, boxes), ...boxes.map((box) => tag(box, width, height)));
    else if (!path) plate.append(drawing(width, height, []));
    return app.el("figure", {}, app.el("div", { class: "stage" }, plate));
  };

  function drawing(width, height, boxes) {
    const shape = { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", class: "overlay", "aria-hidden": "true" };
    return app.svg("svg", shape, boxes.map(draw));
  }

  /* A dark line under the bright one keeps a box visible on white and on black. */
  function draw(box) {
    const [x1, y1, x2, y2] = box.xyxy;
    const place = { x: x1, y: y1, width: Math.max(0, x2 - x1), height: Math.max(0, y2 - y1) };
    return app.svg(
      "g",
      { class: `box who-${box.who} state-${box.state}`, "data-who": box.who, "data-number": box.number },
      app.svg("rect", { ...place, class: "halo" }),
      app.svg("rect", { ...place, class: "line" }),
      box.state === "missed" && app.svg("rect", { ...place, class: "core" }),
      box.state === "invented" && app.svg("path", { d: `M${x1} ${y1}L${x2} ${y2}M${x2} ${y1}L${x1} ${y2}`, class: "cross" }),
    );
  }

  /* Who and how well, at a corner of its own: references above left, A below left, B above right. */
  function tag(box, width, height) {
    const [x1, y1, x2, y2] = box.xyxy;
    const mark = { matched: "●", invented: "✕", missed: "○", reference: "■", region: "?", predicted: "" }[box.state];
    const name = box.who === "reference" || box.who === "region" ? "" : box.who;
    const iou = box.state === "matched" ? app.number(box.iou, 2) + (box.otherLabel ? " ≠" : "") : "";
    const made = app.el(
      "span",
      { class: `tip who-${box.who} state-${box.state}`, "aria-hidden": "true", "data-who": box.who },
      [mark, name, iou].filter(Boolean).join(" "),
      box.part !== undefined && app.partMark(box.part),
    );
    const x = percent(box.who === "B" ? x2 : x1, width);
    const y = percent(box.who === "A" ? y2 : y1, height);
    made.style.left = `${x}%`;
    made.style.top = `${y}%`;
    /* Near an edge it turns inwards. */
    if (x > 84) made.classList.add("at-right");
    if (box.who === "A" ? y > 95 : y > 5) made.classList.add("above");
    return made;
  }

  /* The number of a part of a grounded report, on its colour. */
  app.partMark = (part) => app.el("span", { class: `part-mark part-${part % 6}` }, String(part + 1));

  function percent(value, of) {
    return (100 * Math.min(Math.max(value, 0), of)) / of;
  }

  /* The same line as in the picture, for lists and switches. */
  app.swatch = function (box) {
    return app.svg(
      "svg",
      { class: `swatch box who-${box.who} state-${box.state}`, viewBox: "0 0 26 16", "aria-hidden": "true" },
      app.svg("rect", { x: 2, y: 2, width: 22, height: 12, class: "halo" }),
      app.svg("rect", { x: 2, y: 2, width: 22, height: 12, class: "line" }),
      box.state === "missed" && app.svg("rect", { x: 2, y: 2, width: 22, height: 12, class: "core" }),
      box.state === "invented" && app.svg("path", { d: "M2 2L24 14M24 2L2 14", class: "cross" }),
    );
  };
})(window.MedGauge);
