import { describe, expect, it } from "vitest";
import { isOriginAllowed } from "../../src/server/origin.ts";

describe("P3.10 the Origin check (S1, CSWSH)", () => {
  it.each([
    ["the page's own host", {}, "https://app.example", "app.example", true],
    ["the page's own host with a port", {}, "http://localhost:8080", "localhost:8080", true],
    ["a Host in capitals", {}, "https://app.example", "APP.example", true],
    ["another port", {}, "http://localhost:8081", "localhost:8080", false],
    ["another host", {}, "https://evil.example", "app.example", false],
    ["a host that only starts alike", {}, "https://app.example.evil.com", "app.example", false],
    ["null (CVE-2026-27977)", {}, "null", "app.example", false],
    ["null although it is listed", { origins: ["null"] }, "null", "app.example", false],
    ["a missing origin", {}, undefined, "app.example", false],
    ["a missing origin that is allowed", { allowMissingOrigin: true }, undefined, "app.example", true],
    ["a listed origin", { origins: ["https://a.example"] }, "https://a.example", "b.example", true],
    [
      "the own host when a list does not name it",
      { origins: ["https://a.example"] },
      "https://b.example",
      "b.example",
      false,
    ],
    [
      "a listed origin over another scheme",
      { origins: ["https://a.example"] },
      "http://a.example",
      "a.example",
      false,
    ],
    [
      "a listed origin with a path",
      { origins: ["https://a.example"] },
      "https://a.example/",
      "a.example",
      false,
    ],
    ["a malformed origin (CVE-2026-14631)", {}, "http://[", "app.example", false],
    ["an empty origin", {}, "", "", false],
    ["a scheme without a host", {}, "file://", "", false],
    ["two origins", {}, ["https://app.example"], "app.example", false],
    ["no Host", {}, "https://app.example", undefined, false],
  ])("%s", (_name, policy, origin, host, allowed) => {
    expect(isOriginAllowed(policy, origin, host)).toBe(allowed);
  });
});
