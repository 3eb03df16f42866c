import { cut, type Rule } from "./rule.ts";

const createConnection = "src/client/createConnection.ts";
const steps = "src/core/machine/steps.ts";

/** What a client holds of the outside world. */
export const holding: readonly Rule[] = [
  {
    text: "In any state after any event, live timers, sockets, listeners and signals are what the table declares.",
    statements: "ARCHITECTURE",
    cuts: [
      cut("timers outlive their state", createConnection, "    timers.clear();\n", "", "sim/ports"),
      cut("the page is heard for ever", createConnection, "      watch?.stop();\n", "", "sim/ports"),
      cut(
        "a state's signal outlives it",
        "src/client/runMachine.ts",
        "      scope?.abort();\n",
        "",
        "sim/ports",
      ),
      cut(
        "a token's signal outlives its socket",
        "src/client/resilient/drive.ts",
        "      scope?.abort();\n",
        "",
        "sim/ports",
      ),
      cut(
        "an attempt's signal outlives its socket",
        createConnection,
        "        attempt?.abort();\n        driver().closed(effect.code);",
        "        driver().closed(effect.code);",
        "sim/ports",
      ),
      cut(
        "a socket is left open",
        "src/client/transport.ts",
        "    stale?.abandon(code, reason);\n",
        "",
        "sim/ports",
      ),
      cut(
        "a message listens after it settled",
        "src/client/createSend.ts",
        'signal.removeEventListener("abort", withdrawn)',
        "undefined",
        "sim/ports",
      ),
      cut(
        "no deadline for the handshake",
        steps,
        '  { name: "authenticating", memory },\n  arm(\n    "deadline",',
        '  { name: "authenticating", memory },\n  arm(\n    "leave",',
        "sim/ports",
      ),
      cut(
        "no heartbeat once connected",
        steps,
        '  arm("uptime", input.policy.minUptimeMs),\n  ...watch(input),',
        '  arm("uptime", input.policy.minUptimeMs),',
        "sim/ports",
      ),
    ],
  },
];
