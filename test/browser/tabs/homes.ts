const page = (body: string): string => `<!doctype html><link rel="icon" href="data:," />${body}`;

/** Where the client lives, by the name of the page. */
export const homes: ReadonlyMap<string, string> = new Map([
  ["page.html", page(`<script type="module" src="/page.js"></script>`)],
  // Another page of the origin, to go to and come back from.
  ["elsewhere.html", page("elsewhere")],
  [
    "worker.html",
    page(
      `<script>new Worker("/page.js" + location.hash, { type: "module" }).onmessage = ({ data }) => record(data);</script>`,
    ),
  ],
  // Without `allow-same-origin` the frame has an origin of its own, which is opaque.
  [
    "frame.html",
    page(
      `<script>onmessage = ({ data }) => record(data);</script><iframe sandbox="allow-scripts"></iframe>
       <script>document.querySelector("iframe").src = "/page.html" + location.hash;</script>`,
    ),
  ],
]);
