import { expect, it } from "vitest";
import { groupCommit } from "../../src/server/store/groupCommit.ts";

it("† nobody hears of a job before the transaction it shares is committed (fault 59)", async () => {
  const order: string[] = [];
  const commits = groupCommit({
    soon: queueMicrotask,
    begin: () => order.push("begin"),
    commit: () => {
      order.push("commit");
      throw new Error("the disk is full");
    },
    rollback: () => order.push("rollback"),
  });
  const told = commits
    .add(() => order.push("run"))
    .then(
      () => "told",
      (error: Error) => error.message,
    );
  expect(await told).toBe("the disk is full");
  expect(order).toEqual(["begin", "run", "commit", "rollback"]);
});
