"use strict";
/* Elements from data. Strings become text nodes, never markup: what a model writes is hostile until shown as text. */
(function (app) {
  const SVG = "http://www.w3.org/2000/svg";

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
  }

  app.el = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);

  app.svg = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

  app.put = (id, ...children) => document.getElementById(id).replaceChildren(...children.flat(Infinity).filter(Boolean));

  app.number = function (value, digits = 3) {
    return value === null || value === undefined ? "n/a" : value.toFixed(digits).replace("-", "\u2212");
  };

  /* Words of a data set or a model: told to be in their language, and set apart from the page's own direction. */
  app.words = function (value, language, name = "div") {
    const shown = typeof value === "string" ? { text: value } : value;
    if (!shown || shown.text === "") return app.el("p", { class: "nothing" }, app.t("part.nothing"));
    const cut = shown.of ? app.t("samples.cut", { shown: [...shown.text].length, of: shown.of }) : null;
    return app.el(
      "div",
      {},
      app.el(name, { class: "words", lang: language === "zh" ? "zh-CN" : language, dir: "auto" }, shown.text),
      cut && app.el("p", { class: "hint" }, cut),
    );
  };
})(window.MedGauge);
