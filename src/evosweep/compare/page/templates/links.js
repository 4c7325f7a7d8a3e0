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
