"use strict";
/* How the picture is looked at: close up, and how bright and how rich in contrast. All of it is style; no pixel and no
   box is changed. It stays from sample to sample, so that pictures are compared alike. */
(function (app) {
  const ZOOMS = [1, 2, 4];
  const PLAIN = { brightness: 100, contrast: 100 };
  const find = (id) => document.getElementById(id);
  let zoom = 1;

  /* Draws the tools for what the sample shows, and looks at its picture as it was looked at before. */
  app.view = function () {
    const pictures = document.querySelectorAll(".plate img");
    find("view").hidden = !document.querySelector(".plate");
    for (const part of document.querySelectorAll(".of-picture")) part.hidden = !pictures.length;
    for (const stage of document.querySelectorAll(".stage")) closeUp(stage);
    show();
  };

  function show() {
    const [brightness, contrast] = Object.keys(PLAIN).map((name) => Number(find(name).value));
    const plain = brightness === PLAIN.brightness && contrast === PLAIN.contrast;
    for (const picture of document.querySelectorAll(".plate img")) {
      picture.style.filter = plain ? "" : `brightness(${brightness}%) contrast(${contrast}%)`;
    }
    for (const name of Object.keys(PLAIN)) find(`${name}-value`).textContent = `${find(name).value} %`;
    find("zoom").textContent = app.t("view.zoom", { times: zoom });
    find("plain").disabled = plain && zoom === 1;
  }

  /* Keeps what was in the middle in the middle. */
  function closeUp(stage) {
    const middle = (at, seen, all) => (at + seen / 2) / all;
    const x = middle(stage.scrollLeft, stage.clientWidth, stage.scrollWidth);
    const y = middle(stage.scrollTop, stage.clientHeight, stage.scrollHeight);
    stage.style.setProperty("--zoom", zoom);
    stage.classList.toggle("close", zoom > 1);
    for (const [name, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", app.t("view.stage")]]) {
      if (zoom > 1) stage.setAttribute(name, value);
      else stage.removeAttribute(name);
    }
    stage.scrollLeft = x * stage.scrollWidth - stage.clientWidth / 2;
    stage.scrollTop = y * stage.scrollHeight - stage.clientHeight / 2;
  }

  app.zoom = function (to) {
    zoom = to ?? ZOOMS[(ZOOMS.indexOf(zoom) + 1) % ZOOMS.length];
    app.view();
  };

  function plain() {
    for (const [name, value] of Object.entries(PLAIN)) find(name).value = value;
    app.zoom(1);
    find("zoom").focus();
  }

  find("zoom").addEventListener("click", () => app.zoom());
  find("plain").addEventListener("click", plain);
  for (const name of Object.keys(PLAIN)) find(name).addEventListener("input", show);
})(window.MedGauge);
