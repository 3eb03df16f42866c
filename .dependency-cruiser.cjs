/** The "imports" column of the layout: a folder may import itself and what stands here, nothing else of ours. */
const layers = {
  "src/protocol": [],
  "src/core": ["src/protocol"],
  "src/platform": ["src/core/ports"],
  "src/client": ["src/core", "src/protocol"],
  "src/telemetry": ["src/client"],
  "src/websocket": ["src/client"],
  "src/replica": ["src/client"],
  "src/server": ["src/protocol", "src/core", "src/telemetry", "src/platform"],
  "src/simulate": ["src/core/backoff"],
  "src/conform": ["src/protocol"],
  "src/testing": [
    "src/protocol",
    "src/core",
    "src/platform",
    "src/client",
    "src/telemetry",
    "src/websocket",
    "src/replica",
    "src/server",
    "src/simulate",
    "src/conform",
  ],
  "src/devtools": ["src/client"],
  "src/cli": ["src/server", "src/simulate", "src/conform", "src/testing"],
  providers: ["src/client"],
  hooks: ["providers", "src/client", "src/replica"],
  devtools: ["src/devtools", "hooks", "src/client", "src/platform/systemClock"],
};

/** The files where the browser comes in: its ports as defaults, its storage as a feature. */
const composition = "^src/client/(createResilientClient|indexedDB)\\.ts$";
const ours = "^(src|hooks|providers|devtools)/";
/** `src/core/ports` means the folder or the file of that name. */
const within = (layer) => `^${layer}(/|\\.)`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(layers).map(([layer, allowed]) => ({
      name: `${layer} imports ${allowed.join(", ") || "nothing"}`,
      severity: "error",
      from: { path: within(layer), pathNot: composition },
      to: { path: ours, pathNot: [layer, ...allowed].map(within) },
    })),
    {
      name: "createResilientClient and indexedDB import src/core, src/protocol, src/platform",
      severity: "error",
      from: { path: composition },
      to: { path: ours, pathNot: ["src/client", "src/core", "src/protocol", "src/platform"].map(within) },
    },
    {
      name: "metric names import nothing",
      severity: "error",
      from: { path: "^src/telemetry/", pathNot: "(openTelemetry|adapter)" },
      to: { path: ours, pathNot: "^src/telemetry/" },
    },
    {
      name: "nobody imports an entry",
      severity: "error",
      from: { path: ours },
      to: { path: "^src/entry/" },
    },
    {
      name: "the product imports nothing around it",
      severity: "error",
      from: { path: ours },
      to: { path: "^(test|demo|bench|scripts|stories|examples|\\.storybook)/" },
    },
    {
      name: "React only in hooks, providers, devtools",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "(^|node_modules/)(@types/)?react(-dom)?(/|$)" },
    },
    {
      name: "the core and the client need no package and no Node",
      severity: "error",
      from: { path: "^src/(protocol|core|client|websocket|replica)/" },
      to: { dependencyTypes: ["npm", "npm-dev", "npm-peer", "npm-optional", "npm-no-pkg", "core"] },
    },
    { name: "no circles", severity: "error", from: {}, to: { circular: true } },
    { name: "every import resolves", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};
