"""The look of the audit's page: light and dark, from a phone to a wide screen, without anything to load."""

STYLE = """
:root { color-scheme: light dark; --back: #ffffff; --card: #f5f6f8; --text: #1b1f24; --soft: #555f6b; --line: #c6ccd4;
  --passed: #0f6b35; --failed: #b3261e; --open: #7a5200; --none: #555f6b; --code: #eceef2; --link: #0b5cad }
@media (prefers-color-scheme: dark) { :root { --back: #14171b; --card: #1d2126; --text: #e6e9ed; --soft: #a7b0bb;
  --line: #434b55; --passed: #6fd694; --failed: #ff9a92; --open: #f0c060; --none: #a7b0bb; --code: #262b32;
  --link: #86bdf5 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 70rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.6rem; margin: .5rem 0; overflow-wrap: anywhere } h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem }
h3 { font-size: 1rem; margin: 0; display: inline }
p { margin: .4rem 0 } .soft { color: var(--soft) }
.effect { margin-top: 1.2rem }
a { color: var(--link) }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link) }
code, pre, .where { font: .86em/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
code { background: var(--code); border-radius: 4px; padding: .05em .3em }
pre { background: var(--code); border-radius: 6px; padding: .6rem; margin: .4rem 0; overflow-x: auto;
  overflow-wrap: normal }
pre code { background: none; padding: 0; font-size: 1em }
pre b { text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: 3px }
.item { background: var(--card); border: 1px solid var(--line); border-left-width: 6px; border-radius: 8px;
  margin: .6rem 0; padding: .6rem .9rem }
.item summary { cursor: pointer } .item ul { margin: .5rem 0 0; padding-left: 1.2rem }
.word { font-weight: 600; display: inline-block; min-width: 8.5em }
.passed { border-left-color: var(--passed) } .passed .word { color: var(--passed) }
.failed { border-left-color: var(--failed) } .failed .word { color: var(--failed) }
.open { border-left-color: var(--open) } .open .word { color: var(--open) }
.none { border-left-color: var(--none) } .none .word { color: var(--none) }
.finding { margin: .8rem 0 } .wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
caption { text-align: left; font-weight: 600; padding: .6rem 0 .3rem }
th, td { text-align: left; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
td .where { white-space: nowrap }
svg { max-width: none } svg text { fill: var(--text); font: 13px system-ui, sans-serif }
svg .head { fill: var(--soft); font-weight: 600 } svg .title { font: 600 13px ui-monospace, monospace }
svg .subtitle { fill: var(--soft); font-size: 12px }
svg rect { fill: var(--card); stroke: var(--line); stroke-width: 1.5 }
svg .marked rect { stroke: var(--failed); stroke-width: 3 }
svg .edge { fill: none; stroke: var(--soft); stroke-width: 1.5 }
@media (max-width: 40rem) { .word { display: block } .item summary { list-style: none } }
@media print { .item, table, svg { break-inside: avoid } }
""".strip()
