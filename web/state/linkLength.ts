/** Columns of a line of plain-text mail. Source: RFC 5322, 2.1.1 (a line SHOULD have no more). */
export const MAIL_COLUMNS = 78;
/** Characters of the longest line that a mail may have. Source: RFC 5322, 2.1.1 (MUST). */
export const MAIL_LINE = 998;
/** Characters of a message in the stricter of the usual chats. */
const CHAT = 2000;

/** What may become of a link of this many characters on its way, as the end of a sentence; '' where nothing does. */
export const lengthWarning = (length: number): string =>
  length <= MAIL_COLUMNS
    ? ''
    : length <= MAIL_LINE
      ? `mail may break it after ${MAIL_COLUMNS}`
      : length <= CHAT
        ? 'mail cuts it'
        : 'mail and many chats cut it';
