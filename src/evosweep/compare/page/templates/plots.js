// Pictures: values under the pointer, a button for each algorithm, linear and logarithmic.
const NS = "http://www.w3.org/2000/svg";
const digits = (value, count) => {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "–";
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : String(Number(value.toPrecision(count)));
};
const short = (value) => {
  if (value === 0 || (Math.abs(value) < 1e4 && Math.abs(value) >= 1e-3)) return digits(value, 6);
  const [head, power] = value.toExponential(2).split("e").map(Number);
  return head === 1 ? `1e${power}` : `${Number(head.toPrecision(3))}e${power}`;
};
function swatch(colour) {
  const node = element("i");
  node.style.background = colour;
  return node;
}
// The data of a picture: rows by the keys of its CSV.
function readRows(figure) {
  const link = figure.querySelector("a[href^='data:text/csv']");
  const bytes = Uint8Array.from(atob(link.href.split(",")[1]), (sign) => sign.charCodeAt(0));
  const lines = parseCsv(new TextDecoder().decode(bytes));
  const keys = lines.shift();
  return lines.map((cells) => Object.fromEntries(keys.map((key, place) => [key, cells[place]])));
}
function parseCsv(text) {
  const lines = [[]];
  const cell = /("(?:[^"]|"")*"|[^,\n]*)(,|\n|$)/y;
  while (cell.lastIndex < text.length) {
    const [, value, end] = cell.exec(text);
    lines.at(-1).push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === "\n" && cell.lastIndex < text.length) lines.push([]);
  }
  return lines;
}
const number = (text) => (text === "" || text === undefined ? NaN : text === "inf" ? Infinity : Number(text));
const level = (value, log) => (log ? Math.log10(value) : value);
// From a value to its place along an axis of the picture.
function along(axis, from, size, value) {
  const [low, high] = axis.span.map((limit) => level(limit, axis.log));
  return from + (size * (level(value, axis.log) - low)) / (high - low);
}
class Picture {
  constructor(figure) {
    this.figure = figure;
    this.frame = JSON.parse(figure.dataset.frame);
    this.svg = figure.querySelector("svg");
    this.box = this.svg.viewBox.baseVal;
    this.hidden = new Set();
    this.tools = element("div", [], { className: "tools" });
    figure.querySelector("figcaption").before(this.tools);
    this.addLegend();
    if (this.frame.y.keys.length > 1) this.addScale();
    if (this.frame.x.key) this.addValues();
  }
  get rows() {
    this.cached = this.cached || readRows(this.figure);
    return this.cached;
  }
  addLegend() {
    for (const [label, colour] of this.frame.series) {
      const button = element("button", [swatch(colour), label], { type: "button" });
      button.setAttribute("aria-pressed", "true");
      button.dataset.series = label;
      button.addEventListener("click", () => this.show(label, this.hidden.has(label)));
      this.tools.append(button);
    }
    const legend = this.svg.querySelector("[id='legend_1']");
    const area = legend && legend.getBBox();
    if (!area || !area.height) return;
    legend.remove();
    const sides = [this.box.width, area.y - 2];
    this.svg.setAttribute("viewBox", `0 0 ${sides.join(" ")}`);
    ["width", "height"].forEach((name, place) => this.svg.setAttribute(name, sides[place]));
  }
  show(label, visible) {
    const place = this.frame.series.findIndex(([name]) => name === label);
    if (place < 0) return;
    this.hidden[visible ? "delete" : "add"](label);
    for (const node of this.svg.querySelectorAll(`[data-series="${place}"]`)) {
      node.style.display = visible ? "" : "none";
    }
    this.tools.children[place].setAttribute("aria-pressed", String(visible));
  }
  // Values as they are drawn: distances to the optimum, in the unit of the axis.
  drawn(value) {
    const { optimum, unit } = this.frame;
    const shown = optimum === null ? value / unit : Math.abs(value / unit - optimum / unit);
    return Number.isFinite(shown) ? shown : NaN;
  }
  addScale() {
    const button = element("button", [], { type: "button", className: "scale" });
    const tell = () => (button.textContent = this.frame.y.log ? "linear axis" : "logarithmic axis");
    button.addEventListener("click", () => {
      this.rescale(!this.frame.y.log);
      tell();
    });
    tell();
    this.tools.append(button);
  }
  rescale(log) {
    const { y } = this.frame;
    const all = this.rows.flatMap((row) => y.keys.map((key) => this.drawn(number(row[key]))));
    const values = all.filter((value) => Number.isFinite(value) && (!log || value > 0));
    if (!values.length) return;
    const [low, high] = [Math.min, Math.max].map((pick) => values.reduce((a, b) => pick(a, b)));
    const margin = log ? Math.pow(high / low || 1, 0.05) || 1.1 : 0.05 * (high - low) || 1;
    y.span = log ? [low / margin, high * margin] : [low - margin, high + margin];
    y.log = log;
    this.frame.series.forEach(([label], place) => this.redraw(label, place));
    this.relabel();
  }
  redraw(label, place) {
    const { x, y, box, size } = this.frame;
    const own = this.rows.filter((row) => row.algorithm === label);
    const across = own.map((row) => along(x, box[0], size[0], number(row[x.key])));
    const up = (key) => own.map((row) => {
      const value = along(y, box[1] + size[1], -size[1], this.drawn(number(row[key])));
      return Math.max(-1e4, Math.min(1e4, value));
    });
    for (const group of this.svg.querySelectorAll(`.series[data-series="${place}"]`)) {
      const path = group.querySelector("path");
      const use = group.querySelector("use");
      if (use) ["x", "y"].forEach((name) => use.setAttribute(name, 0));
      if (!path) continue;
      const line = !use && getComputedStyle(path).fill === "none";
      path.setAttribute("d", line ? steps(across, up(y.keys[0])) : area(across, up(y.keys[1]), up(y.keys[2])));
    }
  }
  relabel() {
    const { y, box, size } = this.frame;
    for (const node of this.svg.querySelectorAll("[id='matplotlib.axis_2'] [id^='ytick_'], .own")) {
      node.remove();
    }
    const group = document.createElementNS(NS, "g");
    group.setAttribute("class", "own");
    for (const value of ticks(y)) {
      const place = along(y, box[1] + size[1], -size[1], value);
      group.append(
        svgNode("line", { x1: box[0], x2: box[0] + size[0], y1: place, y2: place, stroke: "var(--grid)", "stroke-width": 0.6 }),
        svgNode("text", { x: box[0] - 5, y: place + 3.5, "text-anchor": "end", "font-size": 10 }, short(value)),
      );
    }
    this.svg.querySelector("[id='axes_1']").prepend(group);
  }
  addValues() {
    const tip = element("div", [], { className: "tip", hidden: true });
    const host = this.figure.querySelector(".picture");
    tip.setAttribute("aria-hidden", "true");
    host.append(tip);
    host.addEventListener("pointerleave", () => (tip.hidden = true));
    host.addEventListener("pointermove", (event) => {
      const area = this.svg.getBoundingClientRect();
      const scale = this.box.width / area.width;
      const lines = this.at((event.clientX - area.left) * scale, (event.clientY - area.top) * scale);
      tip.hidden = !lines.length;
      tip.replaceChildren(...lines);
      const left = event.clientX - area.left;
      tip.style.top = `${event.clientY - area.top + 14}px`;
      const beside = left < area.width / 2 ? left + 14 : left - 14 - tip.offsetWidth;
      tip.style.left = `${Math.max(0, Math.min(beside, area.width - tip.offsetWidth))}px`;
    });
  }
  at(px, py) {
    const { box, size } = this.frame;
    if (px < box[0] || px > box[0] + size[0] || py < box[1] || py > box[1] + size[1]) return [];
    return this.frame.y.keys.length ? this.atMark(px) : this.atPoint(px, py);
  }
  nearest(rows, px) {
    const { x, box, size, unit } = this.frame;
    const gap = (row) => Math.abs(along(x, box[0], size[0], number(row[x.key]) / (this.frame.y.keys.length ? 1 : unit)) - px);
    return rows.reduce((best, row) => (best && gap(best) <= gap(row) ? best : row), null);
  }
  atMark(px) {
    const { x, y, series } = this.frame;
    const lines = [];
    for (const [label, colour] of series) {
      if (this.hidden.has(label)) continue;
      const row = this.nearest(this.rows.filter((one) => one.algorithm === label), px);
      if (!row) continue;
      if (!lines.length) lines.push(element("div", `${digits(number(row[x.key]), 5)} ${x.key}`));
      const [middle, low, high] = y.keys.map((key) => digits(this.drawn(number(row[key])) * this.frame.unit, 5));
      const range = low === undefined || low === high ? "" : ` (${low} to ${high})`;
      lines.push(element("div", [swatch(colour), `${label}: ${middle}${range}`]));
    }
    return lines;
  }
  atPoint(px, py) {
    const { box, size, series, x } = this.frame;
    const place = Math.floor(((py - box[1]) / size[1]) * (series.length + 0.2) - 0.1);
    const [label, colour] = series[Math.max(0, Math.min(series.length - 1, place))];
    const row = this.nearest(this.rows.filter((one) => one.algorithm === label), px);
    return row ? [element("div", [swatch(colour), `${label}: ${digits(number(row[x.key]), 8)}`])] : [];
  }
}
function svgNode(name, attributes, text) {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text) node.textContent = text;
  return node;
}
// A line that keeps its value until the next mark; a gap where there is none.
function steps(across, up) {
  let text = "", last = NaN;
  across.forEach((x, place) => {
    const y = up[place];
    if (Number.isFinite(y)) text += Number.isFinite(last) ? `L${x} ${last}L${x} ${y}` : `M${x} ${y}`;
    last = y;
  });
  return text || "M0 0";
}
function area(across, low, high) {
  const kept = across.map((_, place) => place).filter((place) => Number.isFinite(low[place]) && Number.isFinite(high[place]));
  if (!kept.length) return "M0 0";
  const edge = (values) => steps(kept.map((place) => across[place]), kept.map((place) => values[place]));
  const back = edge(high).slice(1).split(/[ML]/).reverse().map((point) => `L${point}`).join("");
  return `${edge(low)}${back}Z`;
}
function ticks(axis) {
  const [low, high] = axis.span;
  if (axis.log) {
    const [first, last] = [Math.ceil(Math.log10(low)), Math.floor(Math.log10(high))];
    const step = Math.max(1, Math.ceil((last - first) / 8));
    const powers = [];
    for (let power = first; power <= last; power += step) powers.push(Math.pow(10, power));
    if (powers.length > 1) return powers;
  }
  const rough = (high - low) / 5;
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const values = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
    if (!axis.log || value > 0) values.push(Number(value.toPrecision(12)));
  }
  return values;
}
const pictures = Array.from(document.querySelectorAll("figure[data-frame]"), (figure) => new Picture(figure));
