// Typesets the formulas of a page, if the site was built where KaTeX is installed. Otherwise they stay as TeX.
addEventListener("DOMContentLoaded", () => {
  for (const formula of typeof katex === "undefined" ? [] : document.querySelectorAll(".arithmatex")) {
    const tex = formula.textContent.trim().replace(/^\\[[(]|\\[\])]$/g, "");
    katex.render(tex, formula, { displayMode: formula.tagName === "DIV", throwOnError: false });
  }
});
