"""Style and scripts of the pages: phone first, light and dark, nothing from outside.

They are strings and not files so that the wheel needs no rule of its own for them.
"""

from __future__ import annotations

CSS = """
:root{--bg:#f6f4ef;--card:#fff;--ink:#1d2521;--soft:#5d6862;--line:#dfddd5;--accent:#1f6b52;--on:#fff;--tint:#e3efe9;
--error:#a3261c;color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{--bg:#111513;--card:#1a201d;--ink:#eceee9;--soft:#a2ada6;--line:#2f3833;
--accent:#7fcfb0;--on:#0c2018;--tint:#22332b;--error:#ff9d91}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 Inter,system-ui,-apple-system,"Segoe UI",Roboto,
"Noto Sans",sans-serif}
h1{font-size:1.6rem;line-height:1.25;font-weight:600;letter-spacing:-.015em;margin:0 0 .5rem;text-wrap:balance}
.demo{margin:0;padding:.55rem 1rem;font-size:.8rem;color:var(--soft);text-align:center;
border-bottom:1px solid var(--line)}
.demo b{display:inline-block;margin-right:.35rem;padding:0 .5rem;border-radius:1rem;background:var(--tint);
color:var(--accent);font-weight:600}
body.card main{max-width:28rem;margin:2.2rem auto;padding:2rem 1.5rem;background:var(--card);border-radius:1.5rem;
border:1px solid var(--line)}
@media (max-width:30rem){body.card{background:var(--card)}body.card main{border:0;margin:.6rem auto;padding:1.5rem}}
.lead{color:var(--soft);margin:0 0 1.5rem}
label{display:block;font-size:.85rem;font-weight:600;margin-bottom:.35rem}
input.code{width:100%;padding:.85rem 1rem;font:600 1.6rem/1.2 ui-monospace,"DejaVu Sans Mono",monospace;
letter-spacing:.08em;text-align:center;color:inherit;background:var(--bg);border:1.5px solid var(--line);
border-radius:.9rem}
input.code::placeholder{color:var(--soft);opacity:.45}
.error{color:var(--error);margin:.6rem 0 0}
.actions{display:flex;justify-content:flex-end;gap:.5rem;margin-top:1.75rem}
button{font-family:inherit;font-size:1rem;font-weight:600;line-height:1;
padding:.9rem 1.6rem;min-height:3rem;border:0;border-radius:2rem;
cursor:pointer}
.primary{background:var(--accent);color:var(--on)}
.primary:disabled{opacity:.35;cursor:default}
.plain{background:none;color:var(--accent)}
.primary:not(:disabled):hover{filter:brightness(1.08)}
.plain:hover{background:var(--tint)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.rows{list-style:none;margin:0;padding:0}
.row{display:flex;align-items:center;gap:.9rem;padding:.9rem .5rem;border-top:1px solid var(--line);color:inherit;
text-decoration:none}
a.row:hover{background:var(--tint)}
.rows li:last-child .row,.scope:last-of-type{border-bottom:1px solid var(--line)}
.row b{display:block;font-weight:600}.row small{display:block;color:var(--soft);font-size:.88rem;font-weight:400}
.avatar{flex:none;width:2.6rem;height:2.6rem;border-radius:50%;display:grid;place-items:center;background:var(--tint);
color:var(--accent);font-weight:600}
.avatar.small{width:1.6rem;height:1.6rem;font-size:.8rem}
.who{display:inline-flex;align-items:center;gap:.5rem;margin:0 0 1.25rem;padding:.25rem .9rem .25rem .3rem;
border:1px solid var(--line);border-radius:2rem;font-size:.88rem;color:var(--soft)}
fieldset{border:0;margin:1.25rem 0 0;padding:0}
legend{font-size:.85rem;color:var(--soft);padding:0 0 .5rem}
.scope{justify-content:space-between;font-size:1rem;margin:0;cursor:pointer}
input[type=checkbox]{flex:none;width:1.4rem;height:1.4rem;accent-color:var(--accent)}
.fine{font-size:.85rem;color:var(--soft);margin:1.25rem 0 0}
.tick{width:4rem;height:4rem;margin:0 0 1.25rem;border-radius:50%;background:var(--tint);position:relative}
.tick::after{content:"";position:absolute;left:1.42rem;top:.95rem;width:.95rem;height:1.6rem;
border:solid var(--accent);border-width:0 .28rem .28rem 0;transform:rotate(43deg)}
.dots::after{content:"";display:inline-block;width:1.5em;text-align:left;animation:dots 1.6s steps(1) infinite}
@keyframes dots{0%{content:""}25%{content:"."}50%{content:".."}75%{content:"..."}}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
[hidden]{display:none!important}
.bar{position:sticky;z-index:2;background:color-mix(in srgb,var(--bg) 90%,transparent);backdrop-filter:blur(14px);
padding:.8rem 1rem}
.top{top:0}.top h1{font-size:1.25rem;margin:0 0 .6rem}
.search input{width:100%;padding:.75rem 1.1rem;font:inherit;color:inherit;background:var(--card);
border:1px solid var(--line);border-radius:2rem}
.bottom{bottom:0;display:flex;align-items:center;gap:.4rem;border-top:1px solid var(--line);
padding-bottom:calc(.8rem + env(safe-area-inset-bottom))}
#count{flex:1;font-weight:600}
#grid{min-height:70vh;padding:0 .25rem 1rem;max-width:76rem;margin:0 auto}
.wide .bar>*{max-width:75rem}
@media (min-width:62rem){.wide .bar{padding-left:max(1rem,calc(50vw - 37.5rem));
padding-right:max(1rem,calc(50vw - 37.5rem))}}
#grid h2{font-size:.95rem;font-weight:600;margin:1.1rem .75rem .5rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(7.2rem,1fr));gap:3px}
@media (min-width:40rem){.tiles{grid-template-columns:repeat(auto-fill,minmax(10rem,1fr));gap:6px}}
.tile{position:relative;display:block;width:100%;aspect-ratio:1;min-height:0;padding:0;border-radius:4px;
background:var(--line);overflow:hidden}
.tile img{display:block;width:100%;height:100%;object-fit:cover;transition:transform .14s,border-radius .14s}
.tile[aria-pressed=true]{background:var(--tint)}
.tile[aria-pressed=true] img{transform:scale(.84);border-radius:8px}
.tile::before{content:"";position:absolute;z-index:1;top:.45rem;left:.45rem;width:1.35rem;height:1.35rem;
border-radius:50%;border:2px solid #fff;box-shadow:0 0 3px #0007,inset 0 0 3px #0005}
.tile[aria-pressed=true]::before{background:var(--accent);border-color:var(--card);box-shadow:none}
.tile[aria-pressed=true]::after{content:"";position:absolute;z-index:1;top:.68rem;left:.95rem;width:.36rem;
height:.65rem;border:solid var(--on);border-width:0 2px 2px 0;transform:rotate(43deg)}
.tile i{position:absolute;right:.45rem;top:.45rem;font-size:.72rem;font-style:normal;
font-weight:600;line-height:1.5;color:#fff;
background:#000a;border-radius:1rem;padding:0 .5rem}
.tile:focus-visible{outline-offset:-3px}
#empty{padding:3rem 1rem;text-align:center}
@media (prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}}
"""

PICKER_JS = """
'use strict';
const byId = (id) => document.getElementById(id);
const grid = byId('grid'), count = byId('count'), done = byId('done'), clear = byId('clear');
const base = '/picker/' + grid.dataset.session, most = Number(grid.dataset.max);
const chosen = new Set();
let asked = 0;

function say() {
  count.textContent = chosen.size ? chosen.size + ' chosen' : 'Nothing chosen';
  done.disabled = !chosen.size;
  clear.hidden = !chosen.size;
}
function toggle(tile) {
  const id = tile.dataset.id;
  if (!chosen.delete(id)) {
    if (chosen.size >= most) { count.textContent = 'At most ' + most; return; }
    chosen.add(id);
  }
  tile.setAttribute('aria-pressed', chosen.has(id));
  say();
}
function tileOf(item) {
  const tile = document.createElement('button'), image = document.createElement('img');
  tile.type = 'button';
  tile.className = 'tile';
  tile.dataset.id = item.id;
  tile.setAttribute('aria-pressed', chosen.has(item.id));
  tile.setAttribute('aria-label', (item.video ? 'Video ' : 'Photo ') + item.name + ', ' + item.day);
  image.loading = 'lazy';
  image.decoding = 'async';
  image.alt = '';
  image.width = image.height = 320;
  image.src = '/thumb/' + encodeURIComponent(item.id);
  tile.append(image);
  if (item.video) { const mark = document.createElement('i'); mark.textContent = 'Video'; tile.append(mark); }
  return tile;
}
function show(items) {
  const all = document.createDocumentFragment();
  let group = '', tiles = null;
  for (const item of items) {
    if (item.year !== group) {
      group = item.year;
      const title = document.createElement('h2');
      title.textContent = group;
      tiles = document.createElement('div');
      tiles.className = 'tiles';
      all.append(title, tiles);
    }
    tiles.append(tileOf(item));
  }
  grid.replaceChildren(all);
  grid.dataset.shown = items.length;
  byId('empty').hidden = items.length > 0;
}
async function search() {
  const mine = ++asked;
  const answer = await fetch(base + '/items?q=' + encodeURIComponent(byId('search').value));
  if (!answer.ok) { location.reload(); return; }
  const items = await answer.json();
  if (mine === asked) show(items);
}
grid.addEventListener('click', (event) => {
  const tile = event.target.closest('.tile');
  if (tile) toggle(tile);
});
grid.addEventListener('keydown', (event) => {
  const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
  if (!step) return;
  const tiles = [...grid.querySelectorAll('.tile')], next = tiles[tiles.indexOf(document.activeElement) + step];
  if (next) { next.focus(); event.preventDefault(); }
});
clear.addEventListener('click', () => {
  chosen.clear();
  grid.querySelectorAll('[aria-pressed=true]').forEach((tile) => tile.setAttribute('aria-pressed', false));
  say();
});
done.addEventListener('click', async () => {
  done.disabled = true;
  const answer = await fetch(base + '/done', {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({ids: [...chosen]}),
  });
  if (answer.ok) location.replace(base + '/finished'); else location.reload();
});
let pause = 0;
byId('search').addEventListener('input', () => { clearTimeout(pause); pause = setTimeout(search, 150); });
search();
"""

DONE_JS = """
'use strict';
const wait = document.getElementById('wait'), since = Date.now();
async function look() {
  let next = {state: 'waiting'};
  try {
    next = await (await fetch('/device/next?user_code=' + encodeURIComponent(wait.dataset.code))).json();
  } catch { /* the frame may be restarting: look again */ }
  if (next.state === 'ready') { location.replace(next.url); return; }
  if (Date.now() - since > 20000) document.getElementById('back').hidden = false;
  if (next.state === 'waiting') { setTimeout(look, 500); return; }
  wait.hidden = true;
  document.getElementById('back').hidden = false;
}
look();
"""

ICON_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="2" y="5" width="28" height="22" rx="3" '
    'fill="#1f6b52"/><rect x="6" y="9" width="20" height="14" fill="#e3efe9"/><path d="M6 23l7-8 5 5 3-3 5 6z" '
    'fill="#5d8f7b"/></svg>'
)
