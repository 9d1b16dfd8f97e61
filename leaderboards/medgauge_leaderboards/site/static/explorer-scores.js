"use strict";
/* Scores of all samples of one row, packed: four planes of n bytes hold the letters of status and verdict and the two
   bytes of a code; a code stands for a value on the board's scale. */
(function (app) {
  const NONE = 65535;

  app.rowName = (row) => (row.control === "none" ? row.model : `${row.model} · ${app.t(`badge.control-${row.control}`)}`);

  /* {status, verdict: letters as bytes; codes; values, NaN where there is none; scale}. Equal codes of one scale are equal
     values, so rows are compared by codes. Rejects, after the banner is up, when data do not come or are damaged. */
  app.scores = async function (board, row) {
    const name = `${board}/${row}/scores`;
    const [head, scales, bytes] = await Promise.all([app.data(`${board}/board`), scalesOf(board), unpacked(name)]);
    const n = head.of;
    if (bytes.length !== 4 * n) throw damaged(name);
    const codes = new Uint16Array(n);
    for (let i = 0; i < n; i++) codes[i] = bytes[2 * n + i] | (bytes[3 * n + i] << 8);
    const own = head.rows.find((one) => one.slug === row).scale;
    const values = valuesOf(codes, scales[own], head.scales[own].step);
    return { status: bytes.subarray(0, n), verdict: bytes.subarray(n, 2 * n), codes, values, scale: own };
  };

  /* The names in links of all samples. */
  app.names = async function (board) {
    const name = `${board}/names`;
    const bytes = await unpacked(name);
    try {
      return JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      throw damaged(name);
    }
  };

  /* -1, 0 or 1 for each sample: A worse, the same or one has no value, A better. Null where they cannot be compared. */
  app.changes = function (a, b, scales) {
    const sign = scales[a.scale].sign;
    if (a.scale !== b.scale || !sign) return null;
    return Int8Array.from(a.codes, (code, i) => (code === NONE || b.codes[i] === NONE ? 0 : sign * Math.sign(code - b.codes[i])));
  };

  function valuesOf(codes, scale, step) {
    const { levels, low } = scale;
    const values = new Float64Array(codes.length);
    for (let i = 0; i < codes.length; i++) {
      values[i] = codes[i] === NONE ? NaN : levels.length ? levels[codes[i]] : low + codes[i] * step;
    }
    return values;
  }

  const known = new Map();

  function scalesOf(board) {
    if (!known.has(board)) known.set(board, unpackScales(board));
    return known.get(board);
  }

  async function unpackScales(board) {
    const name = `${board}/scales`;
    const scales = await app.data(name);
    return Promise.all(
      scales.map(async (scale) => {
        const bytes = await inflate(name, scale.levels);
        return { ...scale, levels: new Float64Array(bytes.buffer, 0, bytes.length >> 3) };
      }),
    );
  }

  async function unpacked(name) {
    return inflate(name, await app.data(name));
  }

  function bytesOf(text) {
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const letters = atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
    return bytes;
  }

  async function inflate(name, text) {
    try {
      const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    } catch {
      throw damaged(name);
    }
  }

  function damaged(name) {
    app.problem("problem.load", { what: `data/${name}.js` });
    return new Error(name);
  }
})(window.MedGauge);
