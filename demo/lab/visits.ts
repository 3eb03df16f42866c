import type { LabEvents } from "../setup.ts";

/** One open page, as long as it listens to its figures. */
export interface Visit {
  readonly id: string;
  readonly tell: LabEvents;
}

export interface Visits {
  readonly join: (visit: Visit) => void;
  readonly leave: (visit: Visit) => void;
  readonly all: () => readonly Visit[];
}

export const createVisits = (changed: (count: number) => void): Visits => {
  const present = new Set<Visit>();
  return {
    join: (visit) => changed(present.add(visit).size),
    leave: (visit) => {
      present.delete(visit);
      changed(present.size);
    },
    all: () => [...present],
  };
};
