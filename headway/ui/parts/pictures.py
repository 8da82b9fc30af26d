"""Script that saves charts as SVG and PNG; everything happens in the browser.

Plotly's toolbar has one button for pictures, in the format of its options. The script adds a second
one beside it. Charts that are HTML come with the same chart as SVG, in ``data-svg`` as base64.
"""

from __future__ import annotations

import base64
import html

SAVE_AS_SVG = "Download plot as an SVG"
SCRIPT = """
(() => {
  if (window.headwayPictures) return;
  window.headwayPictures = true;
  const add = (event) => {
    const plot = event.target.closest?.(".js-plotly-plot");
    const camera = plot?.querySelector(".modebar-btn");
    if (!camera || camera.nextSibling) return;
    const button = camera.cloneNode(true);
    for (const name of ["data-title", "aria-label"]) button.setAttribute(name, "TITLE");
    button.addEventListener("click", () => {
      const options = plot._context.toImageButtonOptions;
      plot._context.toImageButtonOptions = { ...options, format: "svg" };
      camera.click();
      plot._context.toImageButtonOptions = options;
    });
    camera.after(button);
  };
  document.addEventListener("pointerover", add);
  document.addEventListener("focusin", add);
  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button[data-save]");
    const source = button?.closest("[data-svg]")?.dataset;
    if (!source) return;
    if (button.dataset.save === "svg") {
      const bytes = Uint8Array.from(atob(source.svg), (letter) => letter.charCodeAt(0));
      save(new Blob([bytes], { type: "image/svg+xml" }), `${source.file}.svg`);
      return;
    }
    const image = new Image();
    image.src = `data:image/svg+xml;base64,${source.svg}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 2 * image.width;
    canvas.height = 2 * image.height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => save(blob, `${source.file}.png`), "image/png");
  });
})();
""".replace("TITLE", SAVE_AS_SVG)


def saved(content: str, svg: str, name: str) -> str:
    """Return a chart as HTML with two buttons that save it from its SVG."""
    data = base64.b64encode(svg.encode()).decode()
    buttons = " ".join(
        f'<button type="button" data-save="{form}">{form.upper()}</button>'
        for form in ("png", "svg")
    )
    return (
        f'<div data-svg="{data}" data-file="{html.escape(name, quote=True)}">{content}'
        f'<div class="save small">Save as {buttons}</div></div>'
    )
