import { useEffect, useState } from "react";
import type { Balance } from "./books.ts";
import { type Flood, refusedOf, unansweredOf } from "./flood.ts";
import { useResilientClient } from "./socket.ts";
import type { FaultNotice } from "./setup.ts";
import type { Store } from "./store.ts";
import { amendTrial, beginTrial, type Trial } from "./trial.ts";

const kept = 12;
/** The bare app is slower to see what it lost. */
const bareFindsOutMs = 5_000;

/** Takes down what every fault does to the connection. Newest first. */
export function useTrials(
  balance: Store<Balance>,
  notices: Store<FaultNotice | null>,
  { policy, figures }: Flood,
): readonly Trial[] {
  const client = useResilientClient();
  const [trials, setTrials] = useState<readonly Trial[]>([]);

  useEffect(() => {
    const amend = (change: (trial: Trial, atMs: number) => Partial<Trial>): void => {
      const now = Date.now();
      setTrials((all) => {
        const [latest, ...earlier] = all;
        const amended = latest && amendTrial(latest, change(latest, now - latest.startedAt));
        return amended && amended !== latest ? [amended, ...earlier] : all;
      });
    };
    const removals = [
      notices.subscribe(() => {
        const notice = notices.get();
        if (notice?.phase === "begun")
          setTrials((earlier) => {
            const before = { ...balance.get(), policy: policy.get(), flood: figures.get() };
            return [beginTrial(notice.fault, notice.at, before), ...earlier].slice(0, kept);
          });
        if (notice?.phase === "over")
          amend(({ fault, startedAt }) =>
            fault === notice.fault ? { phase: "recovering", clearedMs: notice.at - startedAt } : {},
          );
      }),
      client.on("transition", ({ from, to }) =>
        amend(({ phase, noticedMs, backMs }, atMs) => {
          if (phase === "over" || from.name === to.name) return {};
          if (to.name === "connected") return { backMs: atMs };
          return from.name === "connected" ? { noticedMs: noticedMs ?? atMs, backMs: null } : { backMs };
        }),
      ),
      client.outbox.state.subscribe(() => {
        const { depth } = client.outbox.state.get();
        amend(({ phase, waited }) => (phase !== "over" && depth > waited ? { waited: depth } : {}));
      }),
      figures.subscribe(() => {
        const now = figures.get();
        amend(({ phase, before: { flood } }) =>
          phase === "over"
            ? {}
            : { offered: now.offered - flood.offered, refused: refusedOf(now) - refusedOf(flood) },
        );
      }),
      balance.subscribe(() => {
        const { resilient, bare } = balance.get();
        const { oldestAt } = client.outbox.state.get();
        const connected = client.state.get().name === "connected" && !unansweredOf(figures.get());
        amend(({ phase, startedAt, clearedMs, lost, bareLost, before }, atMs) => {
          const caughtUp = clearedMs !== null && (oldestAt === null || oldestAt > startedAt + clearedMs);
          return {
            phase: phase === "recovering" && connected && caughtUp ? "over" : phase,
            lost: phase === "over" ? lost : resilient.lost - before.resilient.lost,
            bareLost: atMs < (clearedMs ?? atMs) + bareFindsOutMs ? bare.lost - before.bare.lost : bareLost,
          };
        });
      }),
    ];
    return () => {
      for (const remove of removals) remove();
    };
  }, [client, balance, notices, policy, figures]);

  return trials;
}
