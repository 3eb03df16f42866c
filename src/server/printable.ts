const MAX_CHARACTERS = 200;
/** Controls (C1 too), marks that turn or hide text, line separators, halves of characters. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text of an app, a peer or a library as it may stand in a log: on one line, short, and nothing a terminal would obey. */
export const printable = (text: string): string => text.slice(0, MAX_CHARACTERS).replace(unprintable, " ");
