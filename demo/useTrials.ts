import { useEffect, useRef, useState } from "react";
import type { Balance } from "./books.ts";
import type { FaultId } from "./faults.ts";
import { lab } from "./lab.ts";
import { useResilientClient } from "./socket.ts";
import type { Store } from "./store.ts";
import { amendTrial, beginTrial, type Trial } from "./trial.ts";

const kept = 8;
/** The bare app is slower to see what it lost. */
const bareFindsOutMs = 5_000;

/** Presses the lab's buttons and takes down what happens. Newest first. */
export function useTrials(balance: Store<Balance>) {
  const client = useResilientClient();
  const [trials, setTrials] = useState<readonly Trial[]>([]);
  const pressed = useRef(0);

  useEffect(() => {
    const amend = (change: (trial: Trial, atMs: number) => Partial<Trial>): void => {
      setTrials((all) => {
        const [latest, ...earlier] = all;
        const amended = latest && amendTrial(latest, change(latest, Date.now() - latest.startedAt));
        return amended && amended !== latest ? [amended, ...earlier] : all;
      });
    };
    const removals = [
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
      balance.subscribe(() => {
        const { resilient, bare } = balance.get();
        const { oldestAt } = client.outbox.state.get();
        const connected = client.state.get().name === "connected";
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
  }, [client, balance]);

  const press = async (fault: FaultId): Promise<void> => {
    const id = ++pressed.current;
    const startedAt = Date.now();
    setTrials((before) => [beginTrial(id, fault, startedAt, balance.get()), ...before].slice(0, kept));
    const performed = await lab.perform(fault);
    const over = { phase: "recovering", clearedMs: Date.now() - startedAt } as const;
    setTrials((all) =>
      all.flatMap((trial) => (trial.id !== id ? trial : performed ? amendTrial(trial, over) : [])),
    );
  };

  return { trials, press };
}
