/**
 * The page before its script has run.
 *
 * It is no file of its own, because `deno doc` takes each file that is imported for a module, and fails with HTML.
 *
 * @module
 */

/** The page's markup. */
export const INDEX_HTML = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Brood</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/status/page/main.ts"></script>
</head>
<body>
<div id="app"></div>
<noscript>
<p>This page needs JavaScript. The same is in <a href="/state.json">/state.json</a>.</p>
</noscript>
</body>
</html>
`;
