// Files that lie beside this page are linked where they are there: a mailed page has none of them.
function alone() {
  for (const node of document.querySelectorAll(".beside")) {
    if (node.tagName === "A") node.removeAttribute("href");
    else node.hidden = true;
  }
}
if (document.body.dataset.probe) {
  const probe = new Image();
  probe.addEventListener("error", alone);
  probe.src = document.body.dataset.probe;
}
// A run is linked in MLflow while `evosweep ui` shows it, whose port is the width of its sign.
for (const link of document.querySelectorAll("a[data-run]")) {
  const sign = new Image();
  sign.addEventListener("load", () => {
    link.href = `http://127.0.0.1:${sign.naturalWidth}/#/runs/${link.dataset.run}`;
    link.parentElement.hidden = false;
  });
  sign.src = link.dataset.sign;
}
// A button that copies a text.
for (const block of document.querySelectorAll("pre")) {
  const button = element("button", "Copy", { type: "button", className: "copy" });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(block.textContent);
    } catch {
      getSelection().selectAllChildren(block);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
  });
  block.before(button);
}
