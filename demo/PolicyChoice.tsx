import { useSyncExternalStore } from "react";
import { policies, type Policy } from "./policies.ts";
import type { Store } from "./store.ts";

/** The three things a full outbox can do; the next flood meets the chosen one. */
export function PolicyChoice({ policy }: { readonly policy: Store<Policy> }) {
  const chosen = useSyncExternalStore(policy.subscribe, policy.get);
  return (
    <fieldset className="policies">
      <legend className="visually-hidden">When the outbox is full</legend>
      {policies.map(({ id, name }) => (
        <label key={id} className="policy">
          <input type="radio" name="policy" checked={id === chosen} onChange={() => policy.set(id)} />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}
