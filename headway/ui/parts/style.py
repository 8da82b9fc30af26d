"""Styles of the overview and of the pages of questions."""

WIDE = """
.hw { font-size: 0.9375rem; line-height: 1.4 }
.hw, .hw a { color: inherit; text-decoration: none }
.hw ul { list-style: none; margin: 0; padding: 0 }
.hw li { margin: 0 }
.hw .small { font-size: 0.8125rem; opacity: 0.78 }
.hw .good { color: light-dark(#00755f, #52b598) }
.hw .bad { color: light-dark(#a8391c, #e8805c) }
.hw .held { color: light-dark(#8a5a00, #efb332) }
.hw .chip { border: 1px solid; border-radius: 0.75rem; padding: 0 0.5rem; font-size: 0.8125rem;
  font-weight: 600; white-space: nowrap; display: inline-block }
.hw .quiet.chip { opacity: 0.85 }
.hw .strip { display: block; position: relative; height: 1.25rem; background: linear-gradient(
  light-dark(#9aa2ad, #6d7683), light-dark(#9aa2ad, #6d7683)) center / 1px 100% no-repeat }
.hw .strip i { position: absolute; top: 50%; height: 3px; margin-top: -1.5px;
  background: currentColor }
.hw .strip b { position: absolute; top: 50%; width: 10px; height: 10px; margin: -5px;
  border-radius: 50%; background: currentColor }
.hw .strokes { display: flex; height: 2rem; color: light-dark(#1b4a87, #4db2f5) }
.hw .strokes i { flex: 1; position: relative; margin-right: 1px; box-sizing: border-box }
.hw .strokes b { position: absolute; left: 1px; right: 1px; border-bottom: 3px solid;
  opacity: 0.5 }
.hw .strokes .judged b { opacity: 1 }
.hw .strokes .running b { border-bottom-style: dotted }
.hw .strokes .event { border-left: 1px dashed }
.hw .line { display: grid; grid-template-columns: 8rem 8.5rem 1fr 9.5rem 9.5rem; gap: 0.75rem;
  align-items: center; padding: 0.3125rem 0; border-bottom: 1px solid
  color-mix(in srgb, currentColor 18%, transparent) }
.hw a.line:hover, .hw a.cell:hover { background: color-mix(in srgb, currentColor 5%, transparent) }
.hw a:focus-visible { outline: 2px solid currentColor; outline-offset: 2px }
.hw .head { padding: 0 }
.hw .question { font-weight: 600 }
.hw .cells { display: grid; grid-template-columns: repeat(5, 1fr); gap: 0.5rem }
.hw .cell { display: block; border: 1px solid color-mix(in srgb, currentColor 22%, transparent);
  border-radius: 0.375rem; padding: 0.25rem 0.625rem; height: 100% }
.hw .cell b { font-size: 1.0625rem }
.hw .cells + .small { display: inline-block; margin-top: 0.25rem }
.hw .cell.off { border-color: light-dark(#a8391c, #e8805c);
  background: light-dark(#fdf6f3, #2b1d19) }
.hw .cell.unknown { border-style: dashed }
.hw .bars { display: grid; grid-template-columns: 1fr 1fr; gap: 1.25rem; align-items: end }
.hw .bar { display: block; height: 0.75rem; border-radius: 0.375rem; position: relative;
  overflow: hidden; background: color-mix(in srgb, currentColor 10%, transparent) }
.hw .bar i { position: absolute; left: 0; top: 0; bottom: 0 }
.hw .bar u { position: absolute; top: 0; bottom: 0; width: 2px; background: currentColor }
"""

NARROW = """
  .hw .line { grid-template-columns: 1fr auto; row-gap: 0.125rem; padding: 0.1875rem 0 }
  .hw .strokes { height: 1.5rem }
  .hw .head { display: none }
  .hw .line > .wide { grid-column: 1 / -1 }
  .hw .cells, .hw .bars { grid-template-columns: 1fr; gap: 0.375rem }
  .hw .cell { padding: 0.25rem 0.5rem; display: flex; justify-content: space-between;
    gap: 0.5rem; align-items: baseline }
"""

STYLE = f"{WIDE}@media (max-width: 820px) {{{NARROW}}}\n"
#: of a page that also prints: small letters leave room for all columns on paper
PRINTED_STYLE = f"{WIDE}@media screen and (max-width: 820px) {{{NARROW}}}\n"

QUESTION_STYLE = """
.hw h1 { font-size: 1.5625rem; font-weight: 650; line-height: 1.3; margin: 0; padding: 0 }
.hw h1 .chip { font-size: 0.875rem; vertical-align: 0.25rem; line-height: 1.4;
  margin-right: 0.375rem }
.hw h2 { font-size: 1.125rem; font-weight: 600; margin: 0; padding: 0.25rem 0 0 }
.hw .tour a { text-decoration: underline }
.hw .effect { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: center }
.hw .effect .strip { width: 9.5rem; flex: none }
.hw .effect .small { flex: 1 1 20rem }
.hw .plot { position: relative; height: 12.5rem;
  margin: calc(var(--lines) * 1rem + 0.25rem) 0 1.75rem 2.5rem;
  --paper: light-dark(#ffffff, #14171c); --ink: light-dark(#1b4a87, #4db2f5);
  --halo: 2px 0 1px var(--paper), -2px 0 1px var(--paper), 0 2px 1px var(--paper),
  0 -2px 1px var(--paper), 1px 1px 1px var(--paper), -1px -1px 1px var(--paper),
  1px -1px 1px var(--paper), -1px 1px 1px var(--paper) }
.hw .plot > u { position: absolute; left: 0; right: 0; text-decoration: none;
  border-top: 1px solid color-mix(in srgb, currentColor 16%, transparent) }
.hw .plot > u span { position: absolute; right: 100%; top: -0.625rem; padding-right: 0.375rem;
  font-size: 0.75rem; opacity: 0.78; white-space: nowrap }
.hw .plot > u.target { border-top: 2px dashed currentColor }
.hw .plot .aim { position: absolute; left: 0; top: -1.125rem; font-size: 0.75rem;
  line-height: 1rem; white-space: nowrap }
.hw .plot .columns { position: absolute; inset: 0; display: flex }
.hw .plot .column { flex: 1; position: relative; min-width: 0 }
.hw .plot .band { position: absolute; left: 8%; right: 8%;
  background: color-mix(in srgb, var(--ink) 14%, transparent) }
.hw .plot .level { position: absolute; left: 8%; right: 8%; border-bottom: 3px solid
  color-mix(in srgb, var(--ink) 72%, var(--paper)); text-align: center; font-size: 0.8125rem;
  font-weight: 600; line-height: 1.25; z-index: 1; text-shadow: var(--halo) }
.hw .plot .judged .level { border-bottom-color: var(--ink); font-weight: 700 }
.hw .plot .running .level { border-bottom-style: dotted }
.hw .plot .name { position: absolute; top: 100%; left: -0.25rem; right: -0.25rem;
  padding-top: 0.25rem; text-align: center; font-size: 0.75rem; opacity: 0.78 }
.hw .plot .closed { position: absolute; top: 0; bottom: 0; min-width: 2px;
  background: color-mix(in srgb, currentColor 14%, transparent) }
.hw .plot .event { position: absolute; top: calc(var(--lines) * -1rem); bottom: 0;
  border-left: 1px dashed }
.hw .plot .event span { position: absolute; top: 0; left: 0.375rem; font-size: 0.75rem;
  line-height: 1rem; white-space: nowrap; background: var(--paper); z-index: 1 }
.hw .save { text-align: right }
.hw .save button { font: inherit; color: inherit; background: none; cursor: pointer;
  border: 1px solid color-mix(in srgb, currentColor 30%, transparent); border-radius: 0.25rem;
  padding: 0 0.375rem }
.hw .plot .event.left span { left: auto; right: 0.375rem }
.hw table { border-collapse: collapse; width: 100%; border: 0 }
.hw caption { text-align: left; font-weight: 600; font-size: 1rem; padding: 0 0 0.25rem;
  caption-side: top; color: inherit }
.hw th, .hw td { text-align: left; padding: 0.25rem 0.75rem 0.25rem 0; border: 0;
  border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); font-weight: 400;
  vertical-align: top }
.hw thead th { font-size: 0.8125rem; opacity: 0.78 }
.hw td { font-variant-numeric: tabular-nums }
@media (max-width: 820px) {
  .hw h1 { font-size: 1.25rem }
  .hw .tour { display: none }
  .hw .plot { height: 10rem }
  .hw .plot .level { font-size: 0.75rem }
  .hw .plot .name { font-size: 0.6875rem }
}
"""
