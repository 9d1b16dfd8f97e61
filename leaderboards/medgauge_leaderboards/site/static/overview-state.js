"use strict";
/* What the overview shows, as its link says it:
   #family=a,b&language=en&modality=ct&size=10&weights=open&q=words&complete=1&baselines=0&hide=slug,slug&without=gain,cost
   &sort=table:key:direction,... Every part may be missing; what names nothing does no harm. */
(function (app) {
  const LISTS = ["family", "hide", "without"];
  const WORDS = ["language", "modality", "size", "weights", "q"];
  const list = (text) => (text ? text.split(",").map(app.decoded) : []);

  /* `known`: for every list and choice the names that mean something; words to look for may be any. */
  app.overviewState = function (link, known) {
    const parts = new Map();
    for (const part of link.replace(/^#/, "").split("&")) {
      const [name, ...rest] = part.split("=");
      parts.set(name, rest.join("="));
    }
    const state = { complete: parts.get("complete") === "1", baselines: parts.get("baselines") !== "0", sort: new Map() };
    for (const name of LISTS) state[name] = new Set(list(parts.get(name)).filter((one) => known[name].has(one)));
    for (const name of WORDS) {
      const word = app.decoded(parts.get(name) || "").slice(0, 200);
      state[name] = !known[name] || known[name].has(word) ? word : "";
    }
    for (const one of (parts.get("sort") || "").split(",")) {
      const [table, key, direction] = one.split(":").map(app.decoded);
      if (known.sort(table, key) && app.isDirection(direction)) state.sort.set(table, [key, direction]);
    }
    return state;
  };

  app.overviewLink = function (state) {
    const parts = [];
    const put = (name, words) => words.length && parts.push(`${name}=${words.map(encodeURIComponent).join(",")}`);
    for (const name of ["family", "language", "modality", "size", "weights", "q"]) {
      put(name, name === "family" ? [...state.family] : state[name] ? [state[name]] : []);
    }
    if (state.complete) parts.push("complete=1");
    if (!state.baselines) parts.push("baselines=0");
    put("hide", [...state.hide]);
    put("without", [...state.without]);
    const sorts = [...state.sort].map(([table, [key, direction]]) => [table, key, direction].map(encodeURIComponent).join(":"));
    if (sorts.length) parts.push(`sort=${sorts.join(",")}`);
    return parts.join("&");
  };
})(window.MedGauge);
