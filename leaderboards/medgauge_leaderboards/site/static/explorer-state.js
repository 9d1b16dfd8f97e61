"use strict";
/* What the sample view shows, as its link says it: #sample?a=row&b=row&show=filter&tag=slice&value=of it&q=words&diff=pair.
   Every part may be missing; what names nothing does no harm. */
(function (app) {
  app.linkOf = function (head, state, number) {
    const more = new URLSearchParams({ a: state.a });
    if (state.b) more.set("b", state.b);
    if (state.show !== "all") more.set("show", state.show);
    if (state.slice) {
      const [s, v] = state.slice.split("/");
      more.set("tag", head.slices[s].tag);
      more.set("value", head.slices[s].values[v]);
    }
    if (state.words) more.set("q", state.words);
    if (state.diff) more.set("diff", state.diff);
    return `#${number === undefined ? "" : encodeURIComponent(head.links[number])}?${more}`;
  };

  /* Returns {state, number, missing}: the place of the sample among those shown, or the name of one that is not. */
  app.stateOf = function (head, link, before) {
    const slugs = head.rows.map((row) => row.slug);
    const [name, query] = link.replace(/^#/, "").split("?");
    const more = new URLSearchParams(query || "");
    const row = (key, other) => (slugs.includes(more.get(key)) ? more.get(key) : other);
    const state = {
      a: row("a", before.a),
      b: row("b", more.has("a") ? "" : before.b),
      show: app.isFilter(more.get("show")) ? more.get("show") : "all",
      slice: app.sliceNamed(head.slices, more.get("tag"), more.get("value")),
      words: more.get("q") || "",
      diff: app.isDiff(more.get("diff")) ? more.get("diff") : "",
    };
    if (app.needsTwo(state.show) && !state.b) state.show = "all";
    const id = decoded(name);
    const number = head.links.indexOf(id);
    return { state, number: Math.max(0, number), missing: name && number < 0 ? id : null };
  };

  function decoded(name) {
    try {
      return decodeURIComponent(name);
    } catch {
      return name;
    }
  }
})(window.MedGauge);
