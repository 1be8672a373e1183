// Tabs: which one is shown stands in the address, before what it shows.
const kTabs = {function: functionTab, train: trainTab, digits: digitsTab, labs: labsTab, check: checkTab, lessons: lessonsTab,
  lesson: lessonTab, about: {}};

function currentTab() {
  if (lessonNow()) return 'lesson';
  const name = location.hash.slice(1).split('?')[0];
  return name !== 'lesson' && Object.hasOwn(kTabs, name) ? name : 'function';
}

// A tab that could not be opened is opened again by the next visit.
const openedTab = tab => tab.opened ??= Promise.resolve(tab.open?.()).catch(failure => {
  tab.opened = null;
  throw failure;
});

// A bare name brings back what the tab showed last.
async function showTab() {
  const name = currentTab(), tab = kTabs[name], shown = [name, name === 'lesson' ? figureOf(lessonNow()) : ''];
  for (const [other, {leave}] of Object.entries(kTabs)) {
    byId(other + '-page').hidden = !shown.includes(other);
    if (!shown.includes(other)) leave?.();
  }
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === '#' + (name === 'lesson' ? 'lessons' : name)) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.body.classList.toggle('in-lesson', name === 'lesson');
  byId('copied').textContent = '';
  tell(null);
  try {
    await openedTab(tab);
    if (currentTab() !== name) return;
    if (addressValues().size === 0 && shownAddresses[name]) history.replaceState(null, '', shownAddresses[name]);
    else if (location.hash !== shownAddresses[name]) {
      isFollowing = true;
      let shown;
      try {
        shown = tab.show?.(addressValues());
      } finally {
        isFollowing = false;
      }
      await shown;
    }
    tab.redraw?.();
  } catch (failure) {
    tell(failure);
  }
}

// Files go to the tab that is shown, wherever on it they are dropped; a browser would leave the page for them.
const kTakers = {train: takePoints, digits: takeDigitFiles};
const brings = event => event.dataTransfer.types.includes('Files');
addEventListener('dragover', event => { if (brings(event)) event.preventDefault(); });
addEventListener('drop', event => {
  if (!brings(event)) return;
  event.preventDefault();
  const folder = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry()).find(entry => entry?.isDirectory);
  if (!folder) return takeFiles([...event.dataTransfer.files]);
  filesIn(folder).then(files => takeFiles(files, folder.name), () => tell(new Error(folder.name + ': the browser cannot read this folder. Hint: drop its files')));
});
async function filesIn(folder) {  // the first hundred
  const entries = await new Promise((resolve, reject) => folder.createReader().readEntries(resolve, reject));
  return Promise.all(entries.filter(entry => entry.isFile).map(entry => new Promise((resolve, reject) => entry.file(resolve, reject))));
}
function takeFiles(files, folder) {
  if (files.length > 0) kTakers[lessonNow() ? figureOf(lessonNow()) : currentTab()]?.(files, folder);
}
function followFiles(input) {
  input.addEventListener('change', () => {
    takeFiles([...input.files]);
    input.value = '';  // so that the same file, mended, is a change
  });
}

document.querySelectorAll(kServed ? '.in-page' : '.served').forEach(element => { element.hidden = true; });
document.body.classList.toggle('framed', location.search === '?framed');  // a live figure of a page of the documentation
byId('copy-link').addEventListener('click', copyLink);
addEventListener('hashchange', showTab);
const redraw = () => Object.values(kTabs).forEach(tab => tab.redraw?.());
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
addEventListener('resize', redraw);
showTab();
