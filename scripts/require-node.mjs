// Plain JavaScript without syntax newer than 2015: an old Node must be able to read it in order to be told.
// 22.18 runs TypeScript sources directly; node:sqlite is unflagged from 22.13.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This script needs Node 22.18 or newer and runs on ${process.versions.node} (${process.execPath}).\n` +
      "The devDependency `node` brings its own Node 24: run it through npm (`npm start`, `npm test`) after `npm ci`.\n" +
      "If that is what you did, the install script of `node` was blocked: run `npm rebuild node`, or install Node 24 yourself.",
  );
  process.exit(1);
}
