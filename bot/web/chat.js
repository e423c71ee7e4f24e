// What HTML alone cannot do: open a source beside the answer, ask a suggestion, copy, and keep the focus where it was.
// Gradio runs this once for the latest turn's component and hands it `trigger` and `watch`.
const narrow = window.matchMedia('(max-width: 1059.98px)');
const conversation = document.getElementById('conversation');
const top_bar = document.getElementById('top');
const panel = () => document.querySelector('#evidence .panel');
const box = () => document.querySelector('#question textarea');
const latest = () => document.querySelector('#live .turn');
const busy = () => latest()?.getAttribute('aria-busy') === 'true';

// The source that is open, by turn and number: nodes are replaced when a turn moves up, its numbers are not.
let open = null;
let shown_turn = null;
let moved_at = -Infinity;

const citing = ({ turn, source, row }) =>
  document.querySelector(`.turn[data-turn="${turn}"] ${row ? '.source-row' : '.cite'}[data-source="${source}"]`);

function mark() {
  for (const button of document.querySelectorAll('.turn [aria-current="true"]')) button.removeAttribute('aria-current');
  if (!open) return;
  const buttons = `.turn[data-turn="${open.turn}"] button[data-source="${open.source}"]`;
  for (const button of document.querySelectorAll(buttons)) button.setAttribute('aria-current', 'true');
}

function modal(on) {
  conversation.inert = on;
  top_bar.inert = on;
  panel().toggleAttribute('aria-modal', on);
  if (on) panel().setAttribute('role', 'dialog');
  else panel().removeAttribute('role');
}

// The panel bears the words of the page, or those of the source that it shows.
function name_panel({ dataset, lang }) {
  const [heading, close] = ['h2', '.close'].map(part => panel().querySelector(`:scope > header ${part}`));
  heading.textContent = dataset.panel;
  panel().ariaLabel = dataset.panel;
  close.ariaLabel = dataset.close;
  heading.lang = close.lang = lang;
}

function show(button) {
  const turn = button.closest('.turn');
  const { source } = button.dataset;
  const card = turn.querySelector(`.evidence-store [data-source="${source}"]`);
  if (!card) return;
  open = { turn: turn.dataset.turn, source, row: button.classList.contains('source-row') };
  panel().querySelector('.panel-body').replaceChildren(card.cloneNode(true));
  panel().classList.add('open');
  panel().dataset.source = `${open.turn}/${source}`;
  name_panel(card);
  panel().scrollTop = 0;
  modal(narrow.matches);
  mark();
  panel().focus({ preventScroll: true });
}

function hide({ refocus = true } = {}) {
  if (!open) return;
  const button = citing(open);
  open = null;
  panel().classList.remove('open');
  panel().querySelector('.panel-body').replaceChildren();
  delete panel().dataset.source;
  name_panel(panel());
  modal(false);
  mark();
  if (refocus) (button ?? box())?.focus({ preventScroll: !narrow.matches });
}

async function copy(button) {
  const text = button.closest('.turn').querySelector('.copy-text').textContent;
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Only a page from this machine or over HTTPS has a clipboard.
    const area = Object.assign(document.createElement('textarea'), { value: text, className: 'visually-hidden' });
    document.body.append(area);
    area.select();
    done = document.execCommand('copy');
    area.remove();
  }
  const label = button.querySelector('span');
  button.dataset.label ??= label.textContent;
  label.textContent = done ? button.dataset.copied : button.dataset.failed;
  clearTimeout(button.reset);
  button.reset = setTimeout(() => { label.textContent = button.dataset.label; }, 2000);
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('button, a');
  if (button?.matches('.turn [data-source]')) show(button);
  else if (button?.matches('.panel .close')) hide();
  else if (button?.matches('.panel .in-place a')) { if (narrow.matches) hide({ refocus: false }); }
  else if (button?.matches('.copy')) copy(button);
  else if (button?.matches('.retry') && !busy()) trigger('retry');
  else if (button?.matches('[data-ask]') && !busy()) trigger('submit', { question: button.dataset.ask });
  else if (button?.matches('.to-answer')) latest()?.focus();
  else if (button?.matches('.skip')) { event.preventDefault(); box()?.focus(); }
  else if (open && narrow.matches && !event.target.closest('.panel')) hide();
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && open) hide();
});

narrow.addEventListener('change', () => { if (open) modal(narrow.matches); });

function reveal() {
  if (getComputedStyle(top_bar).position === 'sticky') document.body.classList.add('ready');
  else requestAnimationFrame(reveal);
}

// A change of language draws the panel anew, and so closes it.
function relabelled() {
  if (!panel()) return;
  document.documentElement.lang = panel().lang;
  if (!document.querySelector('#library[data-open]')) document.title = panel().dataset.title;
  reveal();
  if (open && !panel().querySelector('.panel-body').firstChild) hide({ refocus: false });
}
new MutationObserver(relabelled).observe(document.getElementById('evidence'), {
  subtree: true, childList: true, attributes: true, attributeFilter: ['lang'],
});

function follow({ scroll = true } = {}) {
  mark();
  const turn = latest();
  if (!turn) hide({ refocus: false });
  const number = turn?.dataset.turn ?? null;
  if (number !== shown_turn && turn && scroll) {
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (number === '1') window.scrollTo({ top: 0 });
    else turn.scrollIntoView({ block: 'start', behavior: calm ? 'auto' : 'smooth' });
  }
  if (number !== shown_turn) moved_at = performance.now();
  shown_turn = number;
  // The button that was pressed is gone: hand the keyboard back to the question.
  if (document.activeElement === document.body && !narrow.matches) box()?.focus({ preventScroll: true });
}

// The turn before may move up only after the new one has come into view, and push it down again.
new ResizeObserver(() => {
  if (performance.now() - moved_at < 1000) latest()?.scrollIntoView({ block: 'start' });
}).observe(document.getElementById('past'));

watch('value', () => requestAnimationFrame(() => follow()));
relabelled();
follow({ scroll: false });
