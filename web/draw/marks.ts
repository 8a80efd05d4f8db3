import type { LeafKind } from '../../src/arch/arch.ts';
import type { Palette } from './tokens.ts';

/** A colour by its meaning: a token of the theme, or a leaf size's fill, text or the ink upon it. */
export type Ink = Exclude<keyof Palette, 'leaf'> | `${LeafKind}.${'fill' | 'text' | 'on'}`;

/** A point in CSS pixels of the drawing. */
export type Point = readonly [x: number, y: number];

interface Painted {
  /** 0 to 1; 1 where left out. */
  readonly alpha?: number;
}

/** A rectangle. */
export interface RectMark extends Painted {
  readonly kind: 'rect';
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly fill?: Ink;
  readonly stroke?: Ink;
  readonly strokeWidth?: number;
  readonly dash?: readonly number[];
  readonly radius?: number;
}

/** Straight lines through points; closed and filled, or stroked. */
export interface PathMark extends Painted {
  readonly kind: 'path';
  readonly points: readonly Point[];
  readonly close?: boolean;
  readonly fill?: Ink;
  readonly stroke?: Ink;
  readonly strokeWidth?: number;
  readonly dash?: readonly number[];
}

/** An arc over two points, as the search hops from gap to gap. */
export interface HopMark extends Painted {
  readonly kind: 'hop';
  readonly from: Point;
  readonly to: Point;
  /** Height of the arc above the line between the points. */
  readonly rise: number;
  readonly stroke: Ink;
  readonly strokeWidth: number;
}

/** A circle. */
export interface CircleMark extends Painted {
  readonly kind: 'circle';
  readonly x: number;
  readonly y: number;
  readonly r: number;
  readonly fill?: Ink;
  readonly stroke?: Ink;
  readonly strokeWidth?: number;
}

/** A line of text. */
export interface TextMark extends Painted {
  readonly kind: 'text';
  readonly x: number;
  /** The middle of the line. */
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly weight?: number;
  readonly mono?: boolean;
  readonly ink: Ink;
  readonly align?: 'start' | 'middle' | 'end';
  /** Painted around the letters, so that lines do not strike them through. */
  readonly halo?: Ink;
}

/** Leaves of one size side by side: texture while one is narrower than 5 px, blocks from there on. */
export interface LeavesMark extends Painted {
  readonly kind: 'leaves';
  readonly leaf: LeafKind;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  /** Where the first leaf begins; may lie left of `x`, where the window cuts it. */
  readonly first: number;
  /** Pixels of one leaf. */
  readonly pitch: number;
  /** The entries are corrupt: never drawn as success. */
  readonly corrupt?: boolean;
}

/** Diagonal lines: not searched, guard, kernel half. */
export interface HatchMark extends Painted {
  readonly kind: 'hatch';
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly stroke: Ink;
  readonly pitch?: number;
}

/** Everything a picture is made of. Screen and exports paint the same list. */
export type Mark = RectMark | PathMark | HopMark | CircleMark | TextMark | LeavesMark | HatchMark;

/** Width of a line of text in CSS pixels. */
export type Measure = (text: string, style: { size: number; weight?: number; mono?: boolean }) => number;

/** A measure without a canvas, for tests and stored pictures: on the wide side of the system fonts. */
export const roughMeasure: Measure = (text, { size, weight = 400, mono }) =>
  text.length * size * (mono ? 0.602 : weight >= 600 ? 0.63 : 0.57);
