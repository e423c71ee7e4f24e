// The Documents page beside the conversation: which of the two is shown follows from the address, `#documents`,
// `#documents/DOCUMENT` or `#documents/DOCUMENT/PASSAGE`; `#answer/QUESTION/SOURCE` leads back to where it is cited.
// Gradio runs this once for the page's component and hands it `trigger` and `watch`.
const page = document.getElementById('documents');
const section = () => page.querySelector('.library');
const library = document.getElementById('library');
const here = () => 'open' in library.dataset;
const panel = () => document.querySelector('#evidence .panel');
const calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

// Where the conversation was, and what is to come into view once the page is drawn: also the row of the document one
// comes from. Then the files on their way, and what had the focus before the page was drawn anew.
let scrolled = 0;
let arriving = false;
let former = null;
let drawn_for = null;
let sending = false;
const queue = [];
let focused = null;

function parts() {
  try {
    return location.hash.slice(1).split('/').map(decodeURIComponent);
  } catch {
    return ['documents'];
  }
}

// The link is drawn anew with the language.
function mark() {
  const link = document.querySelector('#nav .to-documents');
  if (here()) link?.setAttribute('aria-current', 'page');
  else link?.removeAttribute('aria-current');
}

function route() {
  const [view, first, second] = parts();
  const shown = view === 'documents';
  if (shown && !here()) scrolled = window.scrollY;
  const left = here() && !shown;
  library.toggleAttribute('data-open', shown);
  document.getElementById('columns').toggleAttribute('data-away', shown);
  mark();
  if (shown) {
    arriving = true;
    trigger('select', { document: first ?? '', passage: second ?? '' });
    // What is drawn already may come again as it is, and is then not drawn anew.
    if (drawn_for === location.hash) requestAnimationFrame(drawn);
    return;
  }
  if (!left) return;
  former = null;
  document.title = panel().dataset.title;
  window.scrollTo({ top: scrolled });
  if (view === 'answer') return cited(first, second);
  if (history.state?.source) {
    cited(...history.state.source.split('/'));
    panel().querySelector('.in-place a')?.focus({ preventScroll: true });
    return;
  }
  document.querySelector('#nav .to-documents')?.focus({ preventScroll: true });
}

// Back finds what was left: the source whose place was looked up, or none.
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="#documents"]');
  if (!link || here()) return;
  history.replaceState({ source: link.closest('.panel') ? panel().dataset.source : null }, '');
}, { capture: true });

// Open a source of an answer, as a click on its number does.
function cited(turn, source) {
  history.replaceState({ source: `${turn}/${source}` }, '', '#');
  const answer = document.querySelector(`.turn[data-turn="${CSS.escape(turn ?? '')}"]`);
  const number = `[data-source="${CSS.escape(source ?? '')}"]`;
  const button = answer?.querySelector(`.cite${number}`) ?? answer?.querySelector(`.source-row${number}`);
  const details = button?.closest('details');
  if (details) details.open = true;
  const shown = button ?? answer;
  const { top, bottom } = shown?.getBoundingClientRect() ?? {};
  if (top < 80 || bottom > innerHeight - 100) shown.scrollIntoView({ block: 'center' });
  button?.click();
}

function drawn() {
  if (!here() || !section()) return;
  mark();
  document.title = section().dataset.name;
  drawn_for = location.hash;
  if ('busy' in section().dataset && !sending) trigger('upload', { unsent: [] });
  if (arriving) {
    arriving = false;
    arrive();
  } else if (document.activeElement === document.body) {
    (page.querySelector(focused ?? 'h2') ?? page.querySelector('h2'))?.focus({ preventScroll: true });
  }
  former = section().dataset.document ?? null;
}

page.addEventListener('focusin', ({ target }) => {
  const row = target.closest('.document');
  if (row) focused = `${row_of(row.dataset.document)} h3 a`;
  else focused = ['.adding input', '.place[aria-current]'].find(part => target.matches(part)) ?? 'h2';
});

const row_of = (id) => `.document[data-document="${CSS.escape(id)}"]`;

function arrive() {
  const chosen = page.querySelector('mark.chosen, .passage.chosen');
  const anchor = page.querySelector('.place[aria-current]');
  const row = former && page.querySelector(`${row_of(former)} h3 a`);
  if (row) {
    row.scrollIntoView({ block: 'center' });
    row.focus({ preventScroll: true });
    return;
  }
  if (!chosen) {
    window.scrollTo({ top: 0 });
    page.querySelector('h2')?.focus({ preventScroll: true });
    return;
  }
  chosen.scrollIntoView({ block: chosen.getBoundingClientRect().height > innerHeight / 2 ? 'start' : 'center' });
  (anchor ?? chosen).focus({ preventScroll: true });
}

const filled = (text, values) => Object.entries(values).reduce((all, [name, value]) => all.replace(`{${name}}`, () => value), text);

function send(file, language) {
  const query = new URLSearchParams({ name: file.name, language });
  return fetch(`documents?${query}`, { method: 'PUT', body: file, headers: { 'Content-Type': 'application/octet-stream' } });
}

// One after another; what is refused is told together with what could not be read.
async function add(files) {
  const adding = page.querySelector('.adding[data-bytes]');
  if (!adding || !files.length) return;
  queue.push(...files);
  if (sending) return;
  sending = true;
  const { bytes, large, sending: now, unsent: failed } = adding.dataset;
  const language = section().lang.startsWith('zh') ? 'zh' : 'en';
  const unsent = [];
  for (let number = 1; queue.length; number += 1) {
    const file = queue.shift();
    const status = page.querySelector('.adding .sending');
    if (status) status.textContent = filled(now, { name: file.name, number, total: number + queue.length });
    if (file.size > Number(bytes)) {
      unsent.push(filled(large, { name: file.name }));
      continue;
    }
    try {
      const answer = await send(file, language);
      if (!answer.ok) unsent.push((await answer.text()) || filled(failed, { name: file.name }));
    } catch {
      unsent.push(filled(failed, { name: file.name }));
    }
  }
  sending = false;
  const status = page.querySelector('.adding .sending');
  if (status) status.textContent = '';
  const input = page.querySelector('.adding input');
  if (input) input.value = '';
  trigger('upload', { unsent });
}

function ask_first(group, on) {
  group.querySelector('.ask-first').hidden = on;
  group.querySelector('.sure').hidden = !on;
  group.querySelector(on ? '.no' : '.ask-first').focus();
}

page.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  const group = button?.closest('.removal');
  if (!group) return;
  if (button.matches('.yes')) trigger('delete', { document: group.dataset.held });
  ask_first(group, button.matches('.ask-first'));
});

page.addEventListener('change', (event) => {
  if (event.target.matches('input[type="file"]')) add([...event.target.files]);
});

// A file that is dropped anywhere on the page would otherwise be opened in its place.
const over = (event) => event.dataTransfer?.types.includes('Files') && here();
for (const kind of ['dragover', 'drop']) {
  document.addEventListener(kind, (event) => {
    if (!over(event)) return;
    event.preventDefault();
    page.querySelector('.drop')?.toggleAttribute('data-over', kind === 'dragover');
    if (kind === 'drop') add([...event.dataTransfer.files]);
  });
}
document.addEventListener('dragleave', (event) => {
  if (!event.relatedTarget) page.querySelector('.drop')?.removeAttribute('data-over');
});

document.addEventListener('click', (event) => {
  // A new conversation, or another one, is looked at where it is.
  if (here() && event.target.closest('#new, #about .open-thread')) location.hash = '';
});

window.addEventListener('hashchange', route);
watch('value', () => requestAnimationFrame(drawn));

// What was said is known once the page has its words.
(function begin() {
  if (document.body.classList.contains('ready')) route();
  else requestAnimationFrame(begin);
})();
