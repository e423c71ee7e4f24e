// The Documents page beside the conversation: which of the two is shown follows from the address, `#documents`,
// `#documents/DOCUMENT` or `#documents/DOCUMENT/PASSAGE`; `#answer/QUESTION/SOURCE` leads back to where it is cited.
// Gradio runs this once for the page's component and hands it `trigger` and `watch`.
const page = document.getElementById('documents');
const section = () => page.querySelector('.library');
const library = document.getElementById('library');
const here = () => 'open' in library.dataset;
const panel = () => document.querySelector('#evidence .panel');
const calm = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

// Where the conversation was, what is to come into view once the page is drawn, and whether files are on their way.
let scrolled = 0;
let arriving = false;
let sending = false;

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
    return;
  }
  if (!left) return;
  document.title = panel().dataset.title;
  window.scrollTo({ top: scrolled });
  if (view === 'answer') return cited(first, second);
  document.querySelector('#nav .to-documents')?.focus({ preventScroll: true });
}

// Open a source of an answer, as a click on its number does.
function cited(turn, source) {
  history.replaceState(null, '', '#');
  const answer = document.querySelector(`.turn[data-turn="${CSS.escape(turn ?? '')}"]`);
  const number = `[data-source="${CSS.escape(source ?? '')}"]`;
  const button = answer?.querySelector(`.cite${number}`) ?? answer?.querySelector(`.source-row${number}`);
  const details = button?.closest('details');
  if (details) details.open = true;
  (button ?? answer)?.scrollIntoView({ block: 'center' });
  button?.click();
}

function drawn() {
  if (!here() || !section()) return;
  mark();
  document.title = section().dataset.name;
  if ('busy' in section().dataset && !sending) trigger('upload', { unsent: [] });
  if (arriving) {
    arriving = false;
    arrive();
  } else if (document.activeElement === document.body) {
    page.querySelector('h2')?.focus({ preventScroll: true });
  }
}

function arrive() {
  const chosen = page.querySelector('mark.chosen, .passage.chosen');
  const anchor = page.querySelector('.place[aria-current]');
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
  if (!adding || sending || !files.length) return;
  sending = true;
  adding.querySelector('input').disabled = true;
  const { bytes, large, sending: now, unsent: failed } = adding.dataset;
  const language = section().lang.startsWith('zh') ? 'zh' : 'en';
  const unsent = [];
  for (const [place, file] of files.entries()) {
    const status = page.querySelector('.adding .sending');
    if (status) status.textContent = filled(now, { name: file.name, number: place + 1, total: files.length });
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
  if (input) Object.assign(input, { disabled: false, value: '' });
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
  if (button.matches('.yes')) trigger('delete', { document: group.closest('.document').dataset.document });
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
