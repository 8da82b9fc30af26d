"""Script that makes each change of a filter a step of the browser's history.

Streamlit replaces the address when a control that is kept in it changes. The script adds a step
instead. Parameters that a new page restores within ``settled`` milliseconds are no steps, unless
the reader has pressed something on it.
"""

SCRIPT = """
(() => {
  if (window.headwayHistory) return;
  window.headwayHistory = true;
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  const settled = 3000;
  let clicked = -settled;
  let arrived = -settled;
  let pressed = -settled;
  const press = () => { pressed = performance.now(); };
  document.addEventListener("pointerdown", press, true);
  document.addEventListener("keydown", press, true);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (link && new URL(link.href).pathname !== location.pathname) clicked = performance.now();
  }, true);
  const changed = (change) => (state, title, url) => {
    const now = performance.now();
    if (new URL(url ?? "", location.href).pathname !== location.pathname) {
      clicked = -settled;
      arrived = now;
      push(state, title, url);
    } else if (now - arrived < settled && pressed < arrived) {
      replace(state, title, url);
    } else if (now - clicked >= settled) {
      change(state, title, url);
    }
  };
  const isOfControl = (url) => typeof url === "string" && url.startsWith(location.origin);
  history.pushState = changed(push);
  history.replaceState = changed((state, title, url) =>
    (isOfControl(url) ? push : replace)(state, title, url));
})();
"""
