// One filter for the whole page: by problem, algorithm and backend; and a search in the runs.
const KEYS = ["problem", "algorithm", "backend"];
const tables = Array.from(document.querySelectorAll("table.sortable"), (table) => ({
  table,
  columns: Object.fromEntries(KEYS.map((key) => [
    key, Array.from(table.tHead.rows[0].cells).findIndex((head) => head.dataset.key === key),
  ])),
}));
function valuesOf(key) {
  const values = new Set();
  for (const { table, columns } of tables) {
    if (columns[key] < 0) continue;
    for (const row of table.tBodies[0].rows) values.add(row.cells[columns[key]].textContent);
  }
  return [...values].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}
function buildFilter() {
  const form = element("form", [], { className: "filter" });
  form.setAttribute("aria-label", "Filter");
  for (const key of KEYS) {
    const values = valuesOf(key);
    if (values.length < 2) continue;
    const options = [["", "all"], ...values.map((value) => [value, value])];
    const select = element("select", options.map(([value, text]) => element("option", text, { value })), { name: key });
    form.append(element("label", [key, select]));
  }
  const input = element("input", [], { type: "search", name: "search", placeholder: "run, seed, digest" });
  form.append(element("label", ["search in runs", input]), element("output"));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => applyFilter(form));
  return form;
}
function applyFilter(form) {
  const wanted = Object.fromEntries(KEYS.map((key) => [key, form.elements[key] ? form.elements[key].value : ""]));
  const words = form.elements.search.value.trim().toLowerCase();
  let found = 0;
  for (const { table, columns } of tables) {
    const runs = Boolean(table.closest("#runs"));
    let left = 0;
    for (const row of table.tBodies[0].rows) {
      const fits = KEYS.every((key) => !wanted[key] || columns[key] < 0 || row.cells[columns[key]].textContent === wanted[key]);
      row.hidden = !(fits && (!runs || !words || row.textContent.toLowerCase().includes(words)));
      left += !row.hidden;
    }
    if (runs) found += showRuns(table, wanted, words, left);
  }
  for (const node of document.querySelectorAll("[data-problem]")) {
    node.hidden = Boolean(wanted.problem) && node.dataset.problem !== wanted.problem;
  }
  for (const picture of pictures) {
    for (const [label] of picture.frame.series) picture.show(label, !wanted.algorithm || wanted.algorithm === label);
  }
  form.querySelector("output").textContent = words ? `${found} runs found` : "";
}
// The runs of a configuration are a folded table of their own; it opens where something is found.
function showRuns(table, wanted, words, left) {
  const section = table.closest("section");
  const { problem, algorithm } = section.dataset;
  const fits = (!wanted.problem || wanted.problem === problem) && (!wanted.algorithm || wanted.algorithm === algorithm);
  section.hidden = !fits || (words !== "" && !left);
  section.querySelector("details").open = words !== "" && left > 0 && fits;
  return section.hidden ? 0 : left;
}
if (tables.length) {
  const form = buildFilter();
  document.getElementById("summary").after(form);
}
