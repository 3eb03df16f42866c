import { useState } from "react";
import { boardChannel, instruments, type InstrumentId } from "./harbour.ts";
import { useSubscription } from "./socket.ts";
import { Sparkline } from "./Sparkline.tsx";

type Values = Readonly<Partial<Record<InstrumentId, readonly number[]>>>;

const kept = 48;

/** Twenty readings a second from the harbour's instruments. */
export function Board() {
  const [values, setValues] = useState<Values>({});
  const [events, setEvents] = useState(0);
  useSubscription(
    boardChannel,
    ({ data: { instrument, value } }) => {
      setValues((before) => ({
        ...before,
        [instrument]: [...(before[instrument] ?? []), value].slice(-kept),
      }));
      setEvents((before) => before + 1);
    },
    { since: { last: 200 } },
  );

  return (
    <section className="card board" aria-labelledby="board-title">
      <header className="card-head">
        <h2 id="board-title">Live board</h2>
        <p>{events.toLocaleString("en")} readings, 20 a second</p>
      </header>
      <table>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Instrument</th>
            <th scope="col">Trend</th>
            <th scope="col">Reading</th>
          </tr>
        </thead>
        <tbody>
          {instruments.map(({ id, name, unit, digits }) => (
            <tr key={id}>
              <th scope="row">{name}</th>
              <td className="board-trend">
                <Sparkline values={values[id] ?? []} />
              </td>
              <td className="board-value">
                {values[id]?.at(-1)?.toFixed(digits) ?? "–"} <span>{unit}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
