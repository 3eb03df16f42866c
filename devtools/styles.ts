/** The inspector's own scope: nothing of the page reaches in, nothing reaches out. */
export const styles = `
:host {
  all: initial;
  color-scheme: light dark;
  --paper: light-dark(#fbfbf9, #0f1315);
  --surface: light-dark(#ffffff, #161b1e);
  --raised: light-dark(#f2f3ef, #1d2327);
  --ink: light-dark(#15191c, #e9edee);
  --muted: light-dark(#566068, #9aa6ad);
  --line: light-dark(#dfe1dc, #2a3136);
  --strong: light-dark(#b9bfba, #46525a);
  --accent: light-dark(#0b6b66, #4cc2b6);
  --wash: light-dark(#e2f0ee, #12302d);
  --on-accent: light-dark(#ffffff, #06201e);
  --warn: light-dark(#8a5a00, #e5b454);
  --warn-wash: light-dark(#faf0d9, #33270d);
  --bad: light-dark(#a8321f, #f0937f);
  --bad-wash: light-dark(#fbe7e2, #3a1a13);
  --calm: light-dark(#2b5f9e, #8cb8ee);
  --calm-wash: light-dark(#e5eefa, #14263c);
  --sans: ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
:host([data-theme="light"]) { color-scheme: light; }
:host([data-theme="dark"]) { color-scheme: dark; }
* { box-sizing: border-box; }
.scope { font: 13px/1.45 var(--sans); color: var(--ink); -webkit-font-smoothing: antialiased; }
.scope :where(h2, h3, p, dl, dd, ol, ul, figure, pre) { margin: 0; padding: 0; }
ol, ul { list-style: none; }
button, input, select { font: inherit; color: inherit; }
button { cursor: pointer; background: var(--surface); border: 1px solid var(--line); border-radius: 6px; padding: 3px 9px; min-height: 28px; }
button:hover { border-color: var(--strong); }
button:disabled { cursor: default; opacity: 0.5; }
:is(button, input, select, summary, [tabindex]):focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.muted { color: var(--muted); }
.mono { font-family: var(--mono); font-size: 12px; }
.number { font-variant-numeric: tabular-nums; text-align: right; }

.toggle { position: fixed; z-index: 2147483000; bottom: 14px; display: flex; align-items: center; gap: 7px; padding: 6px 12px 6px 9px; border-radius: 999px; background: var(--surface); box-shadow: 0 1px 2px rgb(0 0 0 / 0.12), 0 4px 16px rgb(0 0 0 / 0.14); font-weight: 550; }
.toggle[data-side="right"] { right: 14px; }
.toggle[data-side="left"] { left: 14px; }
@media (max-width: 480px) { .toggle { padding: 8px; } .toggle span { display: none; } }
.toggle svg { width: 18px; height: 18px; color: var(--accent); }

.dock { position: fixed; z-index: 2147483001; inset: auto 0 0 0; height: min(460px, 62vh); border-top: 1px solid var(--strong); box-shadow: 0 -6px 28px rgb(0 0 0 / 0.16); }
.dock[data-tall="true"] { height: 92vh; }
.inspector { display: grid; grid-template-rows: auto auto minmax(0, 1fr); height: 100%; min-height: 320px; background: var(--paper); }
.dock .inspector { min-height: 0; }

.head { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; padding: 7px 12px; background: var(--surface); }
.head h2 { font-size: 13px; font-weight: 650; letter-spacing: -0.005em; }
.head .who { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 34ch; }
.head .actions { display: flex; align-items: center; gap: 6px; margin-left: auto; }
.check { display: inline-flex; align-items: center; gap: 5px; color: var(--muted); white-space: nowrap; }
.check input { width: 15px; height: 15px; margin: 0; accent-color: var(--accent); }
.head .window { display: flex; gap: 6px; }
.head .window:empty { display: none; }
.pill { display: inline-flex; align-items: center; gap: 6px; padding: 1px 9px 1px 7px; border-radius: 999px; background: var(--raised); font-weight: 550; white-space: nowrap; }
.pill::before { content: ""; width: 8px; height: 8px; border-radius: 50%; background: var(--tone, var(--muted)); }
[data-tone="good"] { --tone: var(--accent); --tone-wash: var(--wash); }
[data-tone="calm"] { --tone: var(--calm); --tone-wash: var(--calm-wash); }
[data-tone="warn"] { --tone: var(--warn); --tone-wash: var(--warn-wash); }
[data-tone="bad"] { --tone: var(--bad); --tone-wash: var(--bad-wash); }
[data-tone="rest"] { --tone: var(--muted); --tone-wash: var(--raised); }

.tabs { display: flex; gap: 2px; padding: 0 8px; overflow-x: auto; scrollbar-width: none; background: var(--surface); border-bottom: 1px solid var(--line); }
.tabs button { flex: none; border: 0; border-bottom: 2px solid transparent; border-radius: 0; background: none; padding: 5px 10px 6px; color: var(--muted); }
.tabs button:focus-visible, .pane:focus-visible { outline-offset: -3px; }
.tabs button:hover { color: var(--ink); }
.tabs button[aria-selected="true"] { color: var(--ink); font-weight: 600; border-bottom-color: var(--accent); }
.tabs .badge { margin-left: 6px; padding: 0 6px; border-radius: 999px; background: var(--raised); color: var(--muted); font-size: 11px; font-weight: 550; font-variant-numeric: tabular-nums; }
.pane { min-height: 0; overflow: auto; overscroll-behavior: contain; }
.empty { display: grid; place-content: center; justify-items: center; gap: 4px; height: 100%; min-height: 140px; padding: 20px; text-align: center; color: var(--muted); }
.empty strong { color: var(--ink); font-weight: 600; }

.timeline { display: grid; grid-template-columns: minmax(0, 1fr) minmax(280px, 34%); height: 100%; }
.stage { display: grid; grid-template-rows: minmax(0, 1fr) auto; min-height: 0; padding: 6px 14px 10px; }
.diagram { width: 100%; height: 100%; min-height: 0; overflow: visible; }
.diagram text { font-family: var(--sans); }
.node { cursor: pointer; outline: none; }
.node rect { fill: var(--surface); stroke: var(--strong); stroke-width: 1.2; }
.node text { fill: var(--ink); font-size: 13px; font-weight: 550; text-anchor: middle; dominant-baseline: central; }
.diagram[data-tall="true"] .node text { font-size: 12px; }
.node[data-lit="true"] rect { fill: var(--tone-wash); stroke: var(--tone); stroke-width: 2; }
.node[data-lit="true"] text { fill: var(--tone); font-weight: 680; }
.node[data-live="true"][data-lit="false"] rect { stroke: var(--tone); stroke-dasharray: 4 3; stroke-width: 1.6; }
.node[data-looked="true"] rect { stroke-width: 2.4; stroke: var(--ink); }
.node:focus-visible rect { stroke: var(--accent); stroke-width: 3; }
.edge path { fill: none; stroke: var(--line); stroke-width: 1.2; }
.edge[data-way="crossed"] path { stroke: var(--strong); stroke-width: 1.5; }
.edge[data-way="exit"] path { stroke: var(--muted); stroke-width: 1.5; }
.edge[data-way="last"] path { stroke: var(--accent); stroke-width: 2.6; }
.edge text { font-size: 10.5px; fill: var(--muted); text-anchor: middle; paint-order: stroke; stroke: var(--paper); stroke-width: 5px; stroke-linejoin: round; }
.edge[data-way="last"] text { fill: var(--accent); font-weight: 650; font-size: 11.5px; }
.arrow { fill: var(--line); }
.arrow[data-way="crossed"] { fill: var(--strong); }
.arrow[data-way="exit"] { fill: var(--muted); }
.arrow[data-way="last"] { fill: var(--accent); }

.scrubber { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 5px 8px; align-items: center; }
.ribbon { grid-column: 1 / -1; display: block; width: 100%; height: 14px; border-radius: 4px; background: var(--raised); }
.ribbon rect { fill: var(--tone-wash); }
.ribbon .edge-line { fill: var(--tone); }
.ribbon .cursor { fill: var(--ink); }
.scrubber input[type="range"] { width: 100%; margin: 0; accent-color: var(--accent); }
.scrubber .told { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 2px 12px; align-items: center; min-height: 28px; color: var(--muted); }
.scrubber .told button { margin-left: auto; }
.side { display: grid; grid-template-rows: minmax(0, 1fr) minmax(0, 1fr); min-height: 0; border-left: 1px solid var(--line); background: var(--surface); }
.moments { overflow: auto; min-height: 0; }
.moment { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 9px; width: 100%; min-height: 0; height: 26px; padding: 3px 12px; border: 0; border-radius: 0; background: none; text-align: left; white-space: nowrap; }
.moment:hover { background: var(--raised); }
.moment[aria-current="true"] { background: var(--wash); }
.moment:focus-visible { outline-offset: -2px; }
.moment time { color: var(--muted); font: 11px/20px var(--mono); }
.moment span { overflow: hidden; text-overflow: ellipsis; }
.moment b { font-weight: 600; color: var(--tone); }
.record { overflow: auto; padding: 9px 12px 12px; border-top: 1px solid var(--line); }
.record h3 { display: flex; flex-wrap: wrap; gap: 0 8px; align-items: baseline; font-size: 12.5px; font-weight: 650; }
.record dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 3px 10px; margin-top: 6px; }
.record dt { color: var(--muted); }
.record dd, .record pre { font: 11.5px/1.45 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; }
.agrees { color: var(--accent); font-weight: 550; }
.differs { color: var(--bad); font-weight: 600; }

.listing { display: grid; grid-template-rows: auto minmax(0, 1fr); height: 100%; }
.virtual { display: grid; grid-template-rows: auto minmax(0, 1fr); min-height: 0; height: 100%; }
.bar { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; padding: 7px 12px; border-bottom: 1px solid var(--line); }
.bar input { width: 22ch; max-width: 46vw; padding: 3px 8px; min-height: 28px; border: 1px solid var(--line); border-radius: 6px; background: var(--surface); }
.bar .muted { margin-right: auto; }
.rows { grid-row: 2; position: relative; overflow: auto; min-height: 0; contain: strict; height: 100%; }
.rows > div { position: relative; }
.heads { display: grid; gap: 0 12px; padding: 5px 12px; border-bottom: 1px solid var(--line); background: var(--surface); color: var(--muted); white-space: nowrap; }
.heads > :last-child { visibility: hidden; }
.outbox .heads > :is(:nth-child(3), :nth-child(4)) { text-align: right; }
.row { position: absolute; left: 0; right: 0; display: grid; align-items: center; gap: 0 12px; padding: 0 12px; border-bottom: 1px solid var(--line); white-space: nowrap; }
.row > * { overflow: hidden; text-overflow: ellipsis; }
.row:hover { background: var(--raised); }
.row .acts { display: flex; gap: 6px; justify-content: flex-end; overflow: visible; }
.row .acts button { min-height: 26px; padding: 1px 8px; background: var(--surface); }
.outbox :is(.row, .heads) { grid-template-columns: 9ch minmax(7ch, 16ch) 8ch 8ch minmax(0, 1fr) 172px; }
.messages :is(.row, .heads) { grid-template-columns: 9ch minmax(7ch, 16ch) minmax(90px, 1fr) minmax(14ch, 28ch) 96px; }
.chip { display: inline-block; padding: 0 7px; border-radius: 5px; background: var(--tone-wash, var(--raised)); color: var(--tone, var(--muted)); font-weight: 550; font-size: 12px; }
.fall { display: block; width: 100%; height: 14px; }
.fall .wait { fill: var(--strong); }
.fall .way { fill: var(--accent); }
.fall .stored { fill: var(--warn); }
.fall .seen { fill: var(--calm); }
.keys { display: flex; flex-wrap: wrap; gap: 2px 12px; }
.key { display: inline-flex; align-items: center; gap: 5px; color: var(--muted); }
.key::before { content: ""; width: 10px; height: 10px; border-radius: 3px; background: var(--swatch); }

.table { width: 100%; border-collapse: collapse; }
.table th { position: sticky; top: 0; background: var(--surface); color: var(--muted); font-weight: 550; text-align: left; white-space: nowrap; }
.table :is(th, td) { padding: 6px 12px; border-bottom: 1px solid var(--line); vertical-align: top; }
.table .number { text-align: right; }
.table tbody th { position: static; background: none; color: var(--ink); font-weight: 600; white-space: normal; overflow-wrap: anywhere; }

.plots { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); grid-auto-rows: minmax(120px, 1fr); min-height: 100%; gap: 1px; background: var(--line); }
.plot { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; gap: 4px; padding: 11px 14px 9px; background: var(--paper); }
.plot figcaption { display: flex; justify-content: space-between; gap: 8px; color: var(--muted); }
.plot figcaption b { color: var(--ink); font-weight: 650; font-variant-numeric: tabular-nums; }
.plot svg { width: 100%; height: 100%; min-height: 56px; display: block; }
.plot .line { fill: none; stroke: var(--accent); stroke-width: 1.6; vector-effect: non-scaling-stroke; }
.plot .line.second { stroke: var(--calm); }
.plot .under { fill: var(--wash); }
.plot .base { stroke: var(--line); vector-effect: non-scaling-stroke; }
.totals { align-content: start; grid-template-rows: auto; }
.totals dl { display: grid; grid-template-columns: repeat(2, auto minmax(3ch, 1fr)); gap: 2px 10px; }
.totals dt { color: var(--muted); }
.totals dd { font-variant-numeric: tabular-nums; font-weight: 600; }
.plot .scale { display: flex; justify-content: space-between; color: var(--muted); font-size: 11px; }

.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 10px; padding: 12px; align-content: start; }
.cards > p { grid-column: 1 / -1; }
.card { display: grid; gap: 6px; padding: 10px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--surface); align-content: start; }
.card h3 { display: flex; justify-content: space-between; gap: 8px; font-size: 13px; font-weight: 650; }
.card dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 1px 12px; }
.card dt { color: var(--muted); }
.card dd { text-align: right; font-variant-numeric: tabular-nums; overflow: hidden; text-overflow: ellipsis; }
.knob { max-width: 780px; display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 12px; align-items: center; padding: 9px 12px; border-bottom: 1px solid var(--line); }
.knob .muted { grid-column: 1; }
.knob :is(button, select, label) { grid-row: 1 / span 2; grid-column: 2; }
.knob select { padding: 3px 6px; min-height: 28px; border: 1px solid var(--line); border-radius: 6px; background: var(--surface); }
.knob input[type="checkbox"] { width: 18px; height: 18px; margin: 0; accent-color: var(--accent); }
.knob[data-on="true"] { background: var(--warn-wash); }
.toast { position: absolute; right: 12px; bottom: 12px; padding: 5px 11px; border-radius: 6px; background: var(--ink); color: var(--paper); }

@container inspector (max-width: 640px) {
  .timeline { grid-template-columns: minmax(0, 1fr); height: auto; }
  .stage { grid-template-rows: auto auto; padding-inline: 10px; }
  .diagram { height: auto; max-height: 430px; }
  .side { border-left: 0; border-top: 1px solid var(--line); grid-template-rows: 150px auto; }
  .heads { display: none; }
  .outbox .row { grid-template-columns: 9ch minmax(0, 1fr) auto; grid-template-rows: auto auto; height: 62px; align-content: center; }
  .outbox .row > :nth-child(3), .outbox .row > :nth-child(4) { display: none; }
  .outbox .row .why { grid-column: 1 / 3; grid-row: 2; white-space: normal; line-height: 1.25; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
  .outbox .row .acts { grid-column: 3; grid-row: 1 / 3; }
  .messages .row { grid-template-columns: 9ch minmax(0, 1fr) auto; grid-template-rows: auto auto; height: 62px; align-content: center; }
  .messages .row .bars { grid-column: 1 / 3; grid-row: 2; }
  .messages .row .end { grid-column: 2; grid-row: 1; text-align: right; }
  .messages .row > :nth-child(2) { display: none; }
  .messages .row .acts { grid-column: 3; grid-row: 1 / 3; }
  .plots { grid-template-columns: minmax(0, 1fr); }
  .head .who, .head h2, .head .pill .muted, .bar .keys { display: none; }
  .head .window { margin-left: auto; }
  .head .actions { order: 3; margin-left: 0; width: 100%; flex-direction: row-reverse; justify-content: flex-end; }
  .bar input { flex: 1 1 14ch; max-width: none; }
  .table, .table tbody { display: block; }
  .table thead { position: absolute; clip-path: inset(50%); }
  .table tbody tr { display: flex; flex-wrap: wrap; gap: 1px 14px; padding: 8px 12px; border-bottom: 1px solid var(--line); }
  .table tbody :is(th, td) { padding: 0; border: 0; text-align: left; }
  .table tbody th { flex: 1 0 100%; }
  .table td[data-head]::before { content: attr(data-head) " "; color: var(--muted); font-family: var(--sans); }
}
.inspector { container: inspector / inline-size; }
@media (prefers-reduced-motion: no-preference) {
  .edge[data-way="last"] path { transition: stroke 0.2s; }
  .node rect { transition: fill 0.2s, stroke 0.2s; }
}
`;
