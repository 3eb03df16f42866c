/** Where the wires between the tabs and the server run; the dots travel along them. */
export const width = 600;
/** In px, from the lower edge of the tabs. */
export const busY = 16;
export const socketY = 36;
export const height = 56;

type Point = readonly [x: number, y: number];

/** From a tab through the leader to the server, in px within `stage`; empty where one of them is not drawn. */
export const wayUp = (stage: HTMLElement, tab: string, leader: string): readonly Point[] => {
  const frame = stage.getBoundingClientRect();
  const place = (selector: string) => {
    const box = stage.querySelector(selector)?.getBoundingClientRect();
    if (!box) return undefined;
    const { left, right, top, bottom } = box;
    return {
      x: (left + right) / 2 - frame.left,
      y: (top + bottom) / 2 - frame.top,
      right: right - frame.left,
      bottom: bottom - frame.top,
      isDrawn: box.width > 0,
    };
  };
  const [from, through] = [place(`[data-tab="${tab}"]`), place(`[data-tab="${leader}"]`)];
  const [server, wires] = [place(".stage-server"), place(".stage-wires")];
  if (!from || !through || !server) return [];
  // One above the other: along their edge, not across their words.
  if (!wires?.isDrawn) {
    const edge = from.right - 1;
    return [
      [edge, from.y],
      [edge, through.y],
      [edge, server.y],
      [server.x, server.y],
    ];
  }
  const y = from.bottom;
  const bus: Point[] =
    tab === leader
      ? []
      : [
          [from.x, y],
          [from.x, y + busY],
          [through.x, y + busY],
        ];
  const start: Point[] = tab === leader ? [[through.x, y]] : [];
  return [...bus, ...start, [through.x, y + socketY], [server.x, y + socketY], [server.x, y + height]];
};
