"""The console: pages over one account each, at `/a/{account}/…`.

How a page is put on it:
- `desk.Desk.page(handler)` makes a handler `async (request, here) -> Response` a route's endpoint: it asks for a
  session, finds the account (`here.crm` holds its use cases, `here.base` its address), and tells errors as pages.
- `here.render("console/x.html", current="contacts", …)` renders a template that extends `console/shell.html`. It fills
  `title` and `content`; the frame (rail, bar, account switcher, toasts, dialogs) is the shell's.
- `templates/console/parts.html` holds the macros: `badge`, `note`, `empty`, `field`, `summary`, `provenance`, `pager`.
- A form opens in the shared `<dialog>` by a link with `data-dialog`; the page it leads to has a `<section id="sheet">`,
  and its form carries `{{ parts.sheet_form(action) }}`: with 422 the sheet comes back with its errors, and
  `here.done(address, "said", undo=…)` closes it, keeping a toast. Without scripts the same page is a plain form.
- A part of a page that refreshes by itself asks its own page again and takes itself out of the answer (`hx-select`), so
  there are no addresses of fragments that a person could land on.

Decisions: whole pages are answered to htmx too, which takes the part it wants: rendering the frame costs a
millisecond, and no address has two meanings. Filters, sort and columns live in the address alone. What was just done
is told by toasts kept per session in memory (`notices`). Nothing from the CRM is marked safe; markup is made only in
`assets` (icons) and where a chart's own SVG is passed on (`charts`).
"""
