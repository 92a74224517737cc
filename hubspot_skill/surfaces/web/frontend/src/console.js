// The console's one script: htmx for what the server redraws, small modules for what it cannot.
import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";
import "./request.js";
import "./connect.js";
import "./dialog.js";
import "./toasts.js";
import "./palette.js";
import "./keys.js";
import "./tables.js";
import "./board.js";
