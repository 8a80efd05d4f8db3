import { ascii, COLUMNS, fitted, scenarioPicture, wrap } from '../../src/diagnose/plain.ts';
import { errnoName } from '../../src/placement/errno.ts';
import { formatAddress, formatCount, formatSize } from '../../src/text.ts';
import { leavesElsewhere, refusalText } from '../scenario/words.ts';
import { MAIL_COLUMNS, MAIL_LINE } from '../state/linkLength.ts';
import { type ExportScene, headOf, titleOf } from './scene.ts';
import { markdownText } from './tables.ts';

/** What there is to say where no device memory is mapped. */
const wordsOf = ({ scenario, solution, events }: ExportScene): string => {
  const { placement } = solution;
  const failed = refusalText(scenario, solution, events);
  const said = placement.ok
    ? `Placed at ${formatAddress(placement.start)}, ${formatSize(placement.end - placement.start)}. ${leavesElsewhere(scenario) ?? ''}`
    : `mmap() fails with ${errnoName(placement.errno)}. ${failed?.text ?? ''}`;
  const lines = [...wrap(headOf(scenario), COLUMNS, '  '), '', ...wrap(said.trim())];
  // The plain forms of signs are longer than the signs.
  return `${lines.flatMap(line => fitted(ascii(line))).join('\n')}\n`;
};

/** The link under a text: as it is where a line of mail holds it, between `<` and `>` where a mail may carry it. */
const linkLine = (url: string): string => {
  if (url.length <= MAIL_COLUMNS) return url;
  if (url.length + 2 <= MAIL_LINE) return `<${url}>`;
  return wrap(
    `The link has ${formatCount(url.length)} characters, more than a mail carries in a line; the SVG, PNG and JSON files carry it.`,
  ).join('\n');
};

/**
 * The picture in 72 columns of ASCII with the link under it; the line of the link alone may be longer. The same for
 * the same scene, so that two can be compared with diff.
 */
export const plainText = (scene: ExportScene): string =>
  `${scenarioPicture(scene.scenario, scene.solution) ?? wordsOf(scene)}\n${linkLine(scene.url)}\n`;

/** The link as Markdown, named by what it shows. */
export const markdownLink = (scene: ExportScene, title = titleOf(scene)): string =>
  `[${markdownText(title)}](${scene.url.replaceAll('(', '%28').replaceAll(')', '%29')})`;
