"use strict";
/* The two buttons of the header: language and colours. The choice is kept where the browser allows it. */
(function (app) {
  const THEMES = ["auto", "light", "dark"];

  function kept(name) {
    try {
      return localStorage.getItem(`medgauge.${name}`);
    } catch {
      return null;
    }
  }

  function keep(name, value) {
    try {
      localStorage.setItem(`medgauge.${name}`, value);
    } catch {
      /* Private windows may refuse; the choice then holds for this page. */
    }
  }

  const language = document.getElementById("language");
  const theme = document.getElementById("theme");
  let colours = THEMES.includes(kept("theme")) ? kept("theme") : "auto";

  function showLanguage() {
    const other = app.language === "en" ? "zh" : "en";
    language.textContent = other === "zh" ? "中文" : "English";
    language.lang = other === "zh" ? "zh-CN" : "en";
    showTheme();
  }

  function showTheme() {
    document.documentElement.dataset.theme = colours;
    document.getElementById("theme-name").textContent = app.t(`theme.${colours}`);
  }

  language.addEventListener("click", () => {
    app.setLanguage(app.language === "en" ? "zh" : "en");
    keep("language", app.language);
  });
  theme.addEventListener("click", () => {
    colours = THEMES[(THEMES.indexOf(colours) + 1) % THEMES.length];
    keep("theme", colours);
    showTheme();
  });

  app.onLanguage(showLanguage);
  language.hidden = theme.hidden = false;
  app.setLanguage(kept("language") || ((navigator.language || "").toLowerCase().startsWith("zh") ? "zh" : "en"));
})(window.MedGauge);
