import { paint, SANS } from './canvas.ts';
import type { Mark } from './marks.ts';
import type { Pen } from './pen.ts';
import type { Palette } from './tokens.ts';

/** A number with two decimals at most, the finest a screen shows, and nothing to spare: `.5`, `12`, `-3.25`. */
const num = (n: number): string => {
  const rounded = Math.round(n * 100) / 100;
  return String(rounded === 0 ? 0 : rounded).replace(/^(-?)0\./, '$1.');
};

// What XML 1.0 has no way to write, escaped or not: control characters and halves of surrogate pairs.
const UNWRITABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
  /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text as XML content or in a double-quoted attribute. */
export const escapeXml = (text: string): string =>
  text
    .replace(UNWRITABLE, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');

const attribute = (name: string, value: string): string => ` ${name}="${escapeXml(value)}"`;

/** A fill or a stroke. Colours with alpha become two attributes, which every reader of SVG knows. */
const inked = (name: 'fill' | 'stroke', colour: string, alpha: number): string => {
  const m = /^rgb\((\d+) (\d+) (\d+) \/ ([\d.]+)%\)$/.exec(colour);
  const flat = m
    ? `#${[m[1], m[2], m[3]].map(c => Number(c).toString(16).padStart(2, '0')).join('')}`
    : colour === 'transparent'
      ? 'none'
      : colour;
  const opacity = (m ? Number(m[4]) / 100 : 1) * alpha;
  // In finer steps than coordinates: a trapezoid has 5.5 % of its colour.
  const thin = opacity < 1 ? ` ${name}-opacity="${Math.round(opacity * 1000) / 1000}"` : '';
  return attribute(name, flat) + thin;
};

/** One element: its tag with what places it, how it is painted, and its content. */
interface Element {
  readonly shape: string;
  readonly style: string;
  readonly text?: string;
}

/** What of a text must agree for its halo and its letters to be one element. */
interface Haloed {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly style: string;
}

/** A pen that writes SVG: it takes what a canvas takes, and keeps what it would have painted as elements. */
class SvgPen implements Pen {
  fillStyle = '#000';
  strokeStyle = '#000';
  globalAlpha = 1;
  lineWidth = 1;
  lineJoin: CanvasLineJoin = 'round';
  lineDashOffset = 0;
  font = '';
  textAlign: CanvasTextAlign = 'start';
  textBaseline: CanvasTextBaseline = 'middle';
  #dash: readonly number[] = [];
  #path = '';
  /** The shape that the path consists of, while it consists of one alone. */
  #alone: string | undefined = undefined;
  #at: readonly [x: string, y: string] = ['', ''];
  /** What the path was filled with, for the stroke that follows. */
  #filled: string | undefined = undefined;
  #halo: Haloed | undefined = undefined;
  readonly #elements: Element[] = [];

  setLineDash(segments: number[]): void {
    this.#dash = segments;
  }

  beginPath(): void {
    this.#path = '';
    this.#alone = undefined;
    this.#filled = undefined;
  }

  #add(command: string, x: number, y: number): void {
    this.#path += command;
    this.#at = [num(x), num(y)];
    this.#alone = undefined;
    this.#filled = undefined;
  }

  #shape(alone: string, draw: () => void): void {
    const first = this.#path === '';
    draw();
    this.#alone = first ? alone : undefined;
  }

  moveTo(x: number, y: number): void {
    this.#add(`M${num(x)} ${num(y)}`, x, y);
  }

  lineTo(x: number, y: number): void {
    const [atX, atY] = this.#at;
    const command = num(y) === atY ? `H${num(x)}` : num(x) === atX ? `V${num(y)}` : `L${num(x)} ${num(y)}`;
    this.#add(command, x, y);
  }

  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    this.#add(`C${[ax, ay, bx, by, x, y].map(num).join(' ')}`, x, y);
  }

  quadraticCurveTo(ax: number, ay: number, x: number, y: number): void {
    this.#add(`Q${[ax, ay, x, y].map(num).join(' ')}`, x, y);
  }

  arc(x: number, y: number, radius: number): void {
    const r = num(radius);
    this.#shape(`circle cx="${num(x)}" cy="${num(y)}" r="${r}"`, () => {
      this.moveTo(x + radius, y);
      this.#add(`A${r} ${r} 0 1 1 ${num(x - radius)} ${num(y)}`, x - radius, y);
      this.#add(`A${r} ${r} 0 1 1 ${num(x + radius)} ${num(y)}Z`, x + radius, y);
    });
  }

  rect(x: number, y: number, w: number, h: number): void {
    this.#shape(`rect${this.#box(x, y, w, h)}`, () => {
      this.moveTo(x, y);
      this.lineTo(x + w, y);
      this.lineTo(x + w, y + h);
      this.lineTo(x, y + h);
      this.closePath();
    });
  }

  roundRect(x: number, y: number, w: number, h: number, radii: number | number[]): void {
    // As a canvas does it: radii that do not fit are made smaller.
    const room = Math.min(w, h) / 2;
    const [a = 0, b = a, c = a, d = b] = (typeof radii === 'number' ? [radii] : radii).map(r =>
      Math.min(r, room),
    );
    const corner = (r: number, toX: number, toY: number): void => {
      if (r > 0) this.#add(`A${num(r)} ${num(r)} 0 0 1 ${num(toX)} ${num(toY)}`, toX, toY);
    };
    const draw = (): void => {
      this.moveTo(x + a, y);
      this.lineTo(x + w - b, y);
      corner(b, x + w, y + b);
      this.lineTo(x + w, y + h - c);
      corner(c, x + w - c, y + h);
      this.lineTo(x + d, y + h);
      corner(d, x, y + h - d);
      this.lineTo(x, y + a);
      corner(a, x + a, y);
      this.closePath();
    };
    if (a === b && b === c && c === d)
      this.#shape(`rect${this.#box(x, y, w, h)}${a > 0 ? ` rx="${num(a)}"` : ''}`, draw);
    else draw();
  }

  #box(x: number, y: number, w: number, h: number): string {
    return ` x="${num(x)}" y="${num(y)}" width="${num(w)}" height="${num(h)}"`;
  }

  closePath(): void {
    this.#path += 'Z';
    this.#at = ['', ''];
  }

  get #outline(): string {
    return this.#alone ?? `path d="${this.#path}"`;
  }

  get #stroke(): string {
    const width = this.lineWidth === 1 ? '' : ` stroke-width="${num(this.lineWidth)}"`;
    const dash = this.#dash.length === 0 ? '' : ` stroke-dasharray="${this.#dash.map(num).join(' ')}"`;
    const offset =
      dash === '' || this.lineDashOffset === 0 ? '' : ` stroke-dashoffset="${num(this.lineDashOffset)}"`;
    return inked('stroke', this.strokeStyle, this.globalAlpha) + width + dash + offset;
  }

  fill(): void {
    if (this.#path === '') return;
    const style = inked('fill', this.fillStyle, this.globalAlpha);
    this.#elements.push({ shape: this.#outline, style });
    this.#filled = style;
  }

  stroke(): void {
    if (this.#path === '') return;
    // Filled a moment ago: the same element gets the stroke too.
    if (this.#filled !== undefined) this.#elements.pop();
    this.#elements.push({
      shape: this.#outline,
      style: `${this.#filled ?? ' fill="none"'}${this.#stroke}`,
    });
    this.#filled = undefined;
  }

  /** The type, as attributes; what the root says already is left out. */
  get #type(): string {
    const [, weight = '400', size = '0', family = SANS] = /^(\d+) ([\d.]+)px (.*)$/.exec(this.font) ?? [];
    const anchor = this.textAlign === 'center' ? 'middle' : this.textAlign;
    return [
      ` font-size="${num(Number(size))}"`,
      weight === '400' ? '' : ` font-weight="${weight}"`,
      family === SANS ? '' : attribute('font-family', quotes(family)),
      anchor === 'start' ? '' : ` text-anchor="${anchor}"`,
    ].join('');
  }

  strokeText(text: string, x: number, y: number): void {
    this.#halo = { text, x, y, style: this.#stroke };
  }

  fillText(text: string, x: number, y: number): void {
    const halo = this.#halo;
    this.#halo = undefined;
    const around =
      halo && halo.text === text && halo.x === x && halo.y === y ? `${halo.style} paint-order="stroke"` : '';
    // A baseline of its own, because few readers besides browsers know the middle of a line.
    const size = Number(/([\d.]+)px/.exec(this.font)?.[1] ?? 0);
    const spaced = /^\s|\s\s|\s$/.test(text) ? ' xml:space="preserve"' : '';
    this.#elements.push({
      shape: `text x="${num(x)}" y="${num(y + size * MIDDLE)}"${spaced}`,
      style: this.#type + inked('fill', this.fillStyle, this.globalAlpha) + around,
      text,
    });
  }

  /** The elements, one a line. Neighbours painted alike share a group. */
  lines(): readonly string[] {
    const lines: string[] = [];
    const write = ({ shape, text }: Element, style: string): void => {
      const [tag = ''] = shape.split(' ', 1);
      lines.push(
        text === undefined ? `<${shape}${style}/>` : `<${shape}${style}>${escapeXml(text)}</${tag}>`,
      );
    };
    for (let i = 0; i < this.#elements.length; ) {
      const first = this.#elements[i];
      if (first === undefined) break;
      let end = i + 1;
      while (this.#elements[end]?.style === first.style) end++;
      if (end === i + 1) write(first, first.style);
      else {
        lines.push(`<g${first.style}>`);
        for (const element of this.#elements.slice(i, end)) write(element, '');
        lines.push('</g>');
      }
      i = end;
    }
    return lines;
  }
}

/** How far below the middle of a line its baseline lies, of its size: where a canvas puts it for the system fonts. */
const MIDDLE = 0.28;

/** Quotes that need no escape in an attribute. */
const quotes = (family: string): string => family.replace(/"/g, "'");

/** How a draw list becomes a file. */
export interface SvgOptions {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
  /** What the picture shows, for who cannot see it. */
  readonly title: string;
  /** The same at length. */
  readonly description?: string;
  /** What the file carries for a program that reads it: the text of a metadata element with this id. */
  readonly carried?: { readonly id: string; readonly text: string };
  /** How much larger than its own pixels the document asks to be shown; 1 where left out. */
  readonly scale?: number;
  /** As {@link paint} takes it. */
  readonly outlines?: boolean;
}

/**
 * A draw list as an SVG document that stands alone: drawn by the painter of the screen, the same text for the same
 * list on every machine. Fonts are named, not embedded.
 */
export const svgOf = (
  marks: readonly Mark[],
  { width, height, palette, title, description, carried, scale = 1, outlines }: SvgOptions,
): string => {
  const pen = new SvgPen();
  pen.fillStyle = palette.bg;
  pen.beginPath();
  pen.rect(0, 0, width, height);
  pen.fill();
  paint(pen, marks, palette, outlines);
  const [w, h] = [num(width), num(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${num(width * scale)}" height="${num(height * scale)}" viewBox="0 0 ${w} ${h}" role="img"${attribute('font-family', quotes(SANS))} stroke-linejoin="round">`,
    `<title>${escapeXml(title)}</title>`,
    ...(description === undefined ? [] : [`<desc>${escapeXml(description)}</desc>`]),
    ...(carried === undefined
      ? []
      : [`<metadata${attribute('id', carried.id)}>${escapeXml(carried.text)}</metadata>`]),
    ...pen.lines(),
    '</svg>',
    '',
  ].join('\n');
};
