"use strict";
function element(name, content, properties) {
  const node = Object.assign(document.createElement(name), properties || {});
  node.append(...[].concat(content || []));
  return node;
}
// Sorts a table by the column whose heading is pressed; numbers by value, empty cells last.
function key(cell) {
  if (cell.dataset.value === undefined) return cell.textContent.trim();
  const value = { inf: Infinity, "-inf": -Infinity }[cell.dataset.value];
  return value === undefined ? Number(cell.dataset.value) : value;
}
function order(one, other) {
  const missing = (value) => value === "–" || value === "" || Number.isNaN(value);
  if (missing(one.key) || missing(other.key)) return missing(one.key) - missing(other.key);
  if (typeof one.key === "number" && typeof other.key === "number") {
    return one.sign * (one.key === other.key ? 0 : one.key < other.key ? -1 : 1);
  }
  return one.sign * String(one.key).localeCompare(String(other.key), "en", { numeric: true });
}
function sort(head) {
  const row = head.parentElement;
  const body = head.closest("table").tBodies[0];
  const rising = head.getAttribute("aria-sort") !== "ascending";
  const column = Array.prototype.indexOf.call(row.cells, head);
  for (const other of row.cells) other.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", rising ? "ascending" : "descending");
  const items = Array.from(body.rows, (line) => ({
    line, key: key(line.cells[column]), sign: rising ? 1 : -1,
  }));
  items.sort(order);
  body.append(...items.map((item) => item.line));
}
for (const button of document.querySelectorAll("table.sortable th button")) {
  button.addEventListener("click", () => sort(button.parentElement));
}
// A link into a folded table opens it first.
function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let node = target; node; node = node.parentElement) {
    if (node.tagName === "DETAILS") node.open = true;
  }
  const own = target.querySelector(":scope > details");
  if (own) own.open = true;
  target.scrollIntoView();
}
window.addEventListener("hashchange", unfold);
unfold();
