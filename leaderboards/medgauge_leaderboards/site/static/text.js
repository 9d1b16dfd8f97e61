"use strict";
/* The interface in two languages. Pages come in English; places with data-i18n are put into the chosen language. */
(function (app) {
  const words = app.given("i18n") || { en: {} };
  const listeners = [];
  const tags = { en: "en", zh: "zh-CN" };

  app.language = "en";
  let shown = "en"; /* The language in which the page came is not put in again. */

  app.t = function (key, args) {
    const text = (words[app.language] || {})[key] ?? words.en[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (place, name) => (args && name in args ? String(args[name]) : place));
  };

  app.onLanguage = (listener) => listeners.push(listener);

  app.setLanguage = function (language) {
    if (!words[language]) return;
    app.language = language;
    document.documentElement.lang = tags[language];
    if (language !== shown) translate(document);
    shown = language;
    for (const listener of listeners) listener();
  };

  function translate(where) {
    for (const place of where.querySelectorAll("[data-i18n]")) {
      place.textContent = app.t(place.dataset.i18n, place.dataset.args ? JSON.parse(place.dataset.args) : null);
    }
    for (const place of where.querySelectorAll("[data-i18n-label]")) {
      place.setAttribute("aria-label", app.t(place.dataset.i18nLabel));
    }
  }
})(window.MedGauge);
