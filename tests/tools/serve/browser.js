// What browser.py and browser_test.py measure on a page.

// Elements that stand out of the window to the right, but for those in a box that scrolls.
function tooWide() {
  const scrolls = element => element && element !== document.documentElement &&
    (['auto', 'scroll', 'hidden'].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
  const wide = [...document.body.querySelectorAll('*')].filter(element =>
    element.getClientRects().length > 0 && element.getBoundingClientRect().right > innerWidth + 0.5 &&
    !scrolls(element.parentElement));
  if (document.documentElement.scrollWidth > innerWidth) wide.push(document.documentElement);
  return wide.map(element => element.outerHTML.slice(0, 100));
}

const channels = color => color.match(/[\d.]+/g).map(Number);  // rgb(r, g, b) or rgba(r, g, b, a)

// W3C, WCAG 2.1, relative luminance and contrast ratio.
function luminance(color) {
  const [r, g, b] = channels(color).map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function groundOf(element) {
  for (; element; element = element.parentElement) {
    const color = getComputedStyle(element).backgroundColor;
    if ((channels(color)[3] ?? 1) > 0.99) return color;
  }
  return 'rgb(255, 255, 255)';
}

// [texts that are seen, those with less contrast, the luminance of the page's ground]
function contrasts(least) {
  const faint = [];
  let seen = 0;
  const measure = (element, text, pseudo) => {
    const style = getComputedStyle(element, pseudo);
    const [a, b] = [luminance(style.color), luminance(groundOf(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    seen += 1;
    if (ratio < least || Number(style.opacity) < 1) faint.push(`${text.trim().slice(0, 40)}: ${ratio.toFixed(2)}`);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() && element.getClientRects().length > 0 && !element.disabled &&
        !element.closest('script, style, noscript, option')) measure(element, walker.currentNode.data);
  }
  document.querySelectorAll('input, select').forEach(element => {
    if (element.getClientRects().length === 0) return;
    if (element.placeholder) measure(element, element.placeholder, '::placeholder');
    measure(element, element.value);
  });
  return [seen, faint, luminance(groundOf(document.body))];
}
