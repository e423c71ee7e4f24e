// The panel of what is known of the visitor: a drawer beside the page, its fields saved as they are left.
// Gradio runs this once for the panel's component and hands it `element`, `trigger` and `watch`.
const drawer = document.getElementById('about');
// The button may come to the page after this panel.
const opener = () => document.getElementById('you');
const behind = () => ['top', 'columns'].map(id => document.getElementById(id));
const is_open = () => 'open' in drawer.dataset;
// A correction would be lost to an answer that began before it.
const busy = () => document.querySelector('#live .turn')?.getAttribute('aria-busy') === 'true';
const when_idle = (act) => { if (busy()) setTimeout(when_idle, 150, act); else act(); };
const say = (event, data) => when_idle(() => trigger(event, data));
const field_of = (node) => node.closest('.fact')?.dataset.field;
const thread_of = (node) => node.closest('.thread')?.dataset.thread;

// What had the focus, and what was typed and not yet saved: drawing the panel anew replaces both.
let focused = null;
let draft = null;

function toggle(on) {
  drawer.toggleAttribute('data-open', on);
  for (const part of behind()) part.inert = on;
  opener().setAttribute('aria-expanded', on);
  if (on) enter();
  else opener().focus({ preventScroll: true });
}

// What slides in cannot have the focus before it is seen.
function enter() {
  drawer.querySelector('.close')?.focus({ preventScroll: true });
  if (is_open() && !drawer.contains(document.activeElement)) requestAnimationFrame(enter);
}

function ask_first(group, on) {
  group.querySelector('.ask-first').hidden = on;
  group.querySelector('.sure').hidden = !on;
  group.querySelector(on ? '.no' : '.ask-first').focus();
}

drawer.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.matches('.close')) toggle(false);
  else if (button.matches('.ask-first')) ask_first(button.closest('.confirm'), true);
  else if (button.matches('.no')) ask_first(button.closest('.confirm'), false);
  else if (button.matches('.remove')) { draft = null; say('edit', { field: field_of(button), written: '' }); }
  else if (button.matches('[data-do="forget-all"]')) { draft = null; say('clear'); }
  else if (button.matches('[data-do="delete"]')) say('delete', { thread: thread_of(button) });
  else if (button.matches('.export')) trigger('download', { thread: thread_of(button), format: button.dataset.format });
  else if (button.matches('.open-thread')) { say('select', { thread: thread_of(button) }); toggle(false); }
});

drawer.addEventListener('input', (event) => {
  const field = field_of(event.target);
  if (field && event.target.matches('input')) draft = { field, written: event.target.value };
});

drawer.addEventListener('change', (event) => {
  const { target } = event;
  if (target.matches('.add')) {
    const row = drawer.querySelector(`.fact[data-field="${target.value}"]`);
    if (!row) return;
    row.hidden = false;
    target.selectedOptions[0].remove();
    target.value = '';
    row.querySelector('input, select').focus();
    return;
  }
  const field = field_of(target);
  if (!field) return;
  if (draft?.field === field) draft = null;
  say('edit', { field, written: target.value });
});

drawer.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') { event.stopPropagation(); toggle(false); }
});
document.addEventListener('click', (event) => {
  if (event.target.closest('#you')) toggle(true);
  // What was clicked in the panel may be drawn anew by now, and so be in it no longer.
  else if (is_open() && document.contains(event.target) && !drawer.contains(event.target)) toggle(false);
});

drawer.addEventListener('focusin', (event) => {
  const { target } = event;
  const field = field_of(target);
  focused = target.id ? `#${target.id}` : field ? `.fact[data-field="${field}"] .remove` : '.close';
});

function redrawn() {
  if (draft) {
    const row = drawer.querySelector(`.fact[data-field="${draft.field}"]`);
    const input = row?.querySelector('input');
    if (input) { row.hidden = false; input.value = draft.written; }
  }
  if (!is_open() || drawer.contains(document.activeElement)) return;
  const wanted = [...drawer.querySelectorAll(focused ?? '.close')].find(node => node.offsetParent !== null);
  (wanted ?? drawer.querySelector('.close'))?.focus({ preventScroll: true });
}
watch('value', () => requestAnimationFrame(redrawn));

function hand_over() {
  const file = document.querySelector('#download [data-name]');
  if (!file) return;
  const url = URL.createObjectURL(new Blob([file.textContent], { type: file.dataset.kind }));
  Object.assign(document.createElement('a'), { href: url, download: file.dataset.name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
new MutationObserver(hand_over).observe(document.getElementById('download'), {
  subtree: true, childList: true, attributes: true, attributeFilter: ['data-token'],
});

drawer.setAttribute('role', 'dialog');
drawer.setAttribute('aria-modal', 'true');
