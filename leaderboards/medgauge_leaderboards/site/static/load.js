"use strict";
/* Data come by classic scripts that call MedGaugeData(name, value): from disk a page may load them in no other way.
   Whatever does not arrive is told in the banner; a page that lacks data must never look whole. */
window.MedGauge = { root: document.documentElement.dataset.root };

(function (app) {
  const arrived = new Map();
  const asked = new Map();
  const missing = new Set();

  window.MedGaugeData = function (name, value) {
    arrived.set(name, value);
  };

  app.given = (name) => arrived.get(name);

  /* The value of data/<name>.js; loaded once. Rejects, after the banner is up, when it does not come. */
  app.data = function (name) {
    if (!asked.has(name)) asked.set(name, load(name));
    return asked.get(name);
  };

  function load(name) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${app.root}data/${name}.js`;
      script.onload = () => {
        if (arrived.has(name)) return resolve(arrived.get(name));
        lost(`data/${name}.js`);
        reject(new Error(name));
      };
      script.onerror = () => reject(new Error(name));
      document.head.append(script);
    });
  }

  /* Shows the banner with a line of the interface; English where the interface itself is what is missing. */
  app.problem = function (key, args) {
    const banner = document.getElementById("problem");
    if (!banner) return document.addEventListener("DOMContentLoaded", () => app.problem(key, args), { once: true });
    const english = `Part of this page could not be loaded: ${args.what}. What you see is not complete.`;
    banner.textContent = app.t && arrived.has("i18n") ? app.t(key, args) : english;
    banner.hidden = false;
  };

  function lost(what) {
    missing.add(what);
    app.problem("problem.load", { what: [...missing].join(", ") });
  }

  /* Scripts, styles and pictures of the page itself; errors of loading do not bubble, so they are caught going down. */
  window.addEventListener(
    "error",
    (event) => {
      const source = event.target && (event.target.src || event.target.href);
      if (source) lost(decodeURI(source).split("/").slice(-3).join("/"));
    },
    true,
  );
})(window.MedGauge);
