"""Charts: plain values in, a picture out as SVG, as text or as PNG. Pure functions; no I/O but reading the font for PNG.

Public, each in its module (this file imports nothing):

- `values`: what a chart says (`Bars`, `Columns`, `Stacked`, `Lines`, `Funnel`, `Heat`, `Figure`, all `Chart`), with `Measure`.
- `svg.draw`: any chart as SVG. `svg.spark`: a bare sparkline for a tile. `text.write`: any chart as lines of text.
- `png.paint`: any chart as PNG. `figures`: numbers, money, shares and days in full and in short form.
- `choice.choose`: the chart that fits a report's answer.
- `palette`: the colours of both themes and the class names that a page's style sheet may colour.

May import `domain` and `foundation`; knows no report, no surface and no HubSpot.

Decisions:

- One SVG serves the console, a file and PNG. Every mark takes its colour from `currentColor` of a group that has both a
  class (`chart-1`, `chart-muted` …) and a `color` attribute. CSS wins over attributes: a page with a style sheet colours
  by class and follows its theme; without one the attributes of the theme asked for hold. There is no `style` attribute,
  script, id or reference in it, so it passes a strict CSP and any number of charts stand on one page.
- `role="img"` with `<title>` and `<desc>` while nothing in it can be pressed; with links it is `role="group"`, because the
  children of an image are hidden from assistive technology and a link in one is a fault (ARIA, children presentational).
- The heading line is the name and alt text. It is drawn only where asked for (`headed`): a page has its own heading.
- Zero is always on the axis of bars and columns; lines start at zero too unless all values lie far from it.
- PNG needs a font where none is installed (a slim container, Windows): `fontpkg-open-sans` (OFL, Latin, Greek, Cyrillic,
  Hebrew; 0.5 MB) rather than a copy in this repository. The system's fonts are read only for text beyond it: with many
  fonts that costs hundreds of milliseconds. `resvg-py` has wheels for every platform we name, so both are plain
  dependencies and `chart: png` works in a bare install; both are imported where used.
- Widths of text are estimated from classes of letters, on the safe side: the page's font is not known here.
"""
