import { useState } from 'react';
import { maxFolioOrder } from '../../../src/memmap/folios.ts';
import { baseOf, sectionFacts } from '../../../src/memmap/layout.ts';
import {
  folio,
  MAX_PAGES,
  MAX_PAGES_PER_SECTION,
  memmapKinds,
  pagesFrom,
  pagesOf,
  passedOver,
  type Run,
  readRuns,
  readSectionSize,
  readSections,
  type Setup,
  withBase,
  withKind,
  withSectionSize,
  withSections,
  writeRuns,
  writeSections,
} from '../../../src/memmap/setup.ts';
import { formatCount, formatSize, type Read } from '../../../src/text.ts';
import { ReadField } from '../../ui/ReadField.tsx';
import { Spoken } from '../../ui/Spoken.tsx';
import { NumberSlider } from './Fields.tsx';
import { changeSetup } from './state.ts';
import { kindNames, passedWords } from './words.ts';

const readNumber =
  (least: number, most: number, what: string) =>
  (text: string): Read<number> => {
    const digits = text.trim().replaceAll(/[,_]/g, '');
    const value = Number(digits);
    return /^\d{1,13}$/.test(digits) && value >= least && value <= most
      ? { ok: true, value }
      : { ok: false, reason: `not ${what} from ${formatCount(least)} to ${formatCount(most)}` };
  };

const pagesPerSection = (fact: (typeof sectionFacts)[number]): number =>
  2 ** (fact.sectionBits - fact.pageBits);

/** Memory model, section size by architecture or by hand. */
const Memory = ({ setup }: { readonly setup: Setup }) => {
  const { kind, layout } = setup;
  const s = layout.pagesPerSection;
  const vmemmap = kind === 'vmemmap';
  const like = sectionFacts.filter(f => pagesPerSection(f) === s && f.vmemmap === vmemmap);
  return (
    <>
      <div className="field long">
        <label htmlFor="memmap-kind">Memmap</label>
        <select
          id="memmap-kind"
          value={kind}
          onChange={e => {
            const chosen = memmapKinds.find(k => k === e.target.value);
            if (chosen !== undefined) changeSetup(now => withKind(now, chosen));
          }}
        >
          {memmapKinds.map(k => (
            <option key={k} value={k}>
              {kindNames[k]}
            </option>
          ))}
        </select>
      </div>
      <div className="field long">
        <label htmlFor="memmap-arch">Sections as on</label>
        <select
          id="memmap-arch"
          value={like[0]?.name ?? ''}
          onChange={e => {
            const fact = sectionFacts.find(f => f.name === e.target.value);
            if (fact === undefined) return;
            changeSetup(now => {
              const sized = withSectionSize(now, pagesPerSection(fact));
              if (fact.vmemmap) return withKind(sized, 'vmemmap');
              return sized.layout.model === 'sparse' ? sized : withKind(sized, 'boot612');
            });
          }}
        >
          {like.length === 0 && <option value="">no architecture</option>}
          {sectionFacts.map(f => (
            <option key={f.name} value={f.name}>
              {f.name}: {formatCount(pagesPerSection(f))}
              {f.vmemmap ? ', vmemmap' : ''}
            </option>
          ))}
        </select>
      </div>
      <ReadField
        label="Pages per section"
        shown={formatCount(s)}
        read={readSectionSize}
        onCommit={size => changeSetup(now => withSectionSize(now, size))}
      />
      <NumberSlider
        label="Pages per section, as a power of two"
        value={Math.log2(s)}
        min={0}
        max={Math.log2(MAX_PAGES_PER_SECTION)}
        words={`${formatCount(s)} pages, ${formatSize(s * 4096)} of 4 KiB pages`}
        onDrag={power => changeSetup(now => withSectionSize(now, 2 ** power), 'drag')}
      />
      <ReadField
        className="field long"
        label="Present sections"
        shown={writeSections(layout, ', ')}
        read={readSections}
        onCommit={sections => changeSetup(now => withSections(now, sections))}
      />
    </>
  );
};

/** Blocks whose places are fields of their own. */
const MOST_BLOCKS = 12;
/** Places from here on have a line each. */
const LONG = 10_000;

/** Where each section's memmap begins. */
const Blocks = ({ setup }: { readonly setup: Setup }) => {
  const { layout } = setup;
  if (layout.model !== 'sparse')
    return (
      <p className="note">One array: a frame’s struct page lies at its PFN, and nothing is to be placed.</p>
    );
  return (
    <fieldset className="blocks">
      <legend>Memmap of each section begins at, in struct pages</legend>
      <div className={layout.sections.some(b => b.base >= LONG) ? 'one' : ''}>
        {layout.sections.slice(0, MOST_BLOCKS).map(({ section, base }) => (
          <ReadField
            key={section}
            label={`section ${section}`}
            shown={formatCount(base)}
            read={text => {
              const number = readNumber(0, 2 ** 40 - 1, 'a number')(text);
              if (!number.ok) return number;
              const moved = withBase(setup, section, number.value);
              return moved.ok ? number : moved;
            }}
            onCommit={value =>
              changeSetup(now => {
                const moved = withBase(now, section, value);
                return moved.ok ? moved.value : now;
              })
            }
          />
        ))}
      </div>
      {layout.sections.length > MOST_BLOCKS && (
        <p className="note">
          and {formatCount(layout.sections.length - MOST_BLOCKS)} more, up to{' '}
          {formatCount(baseOf(layout, layout.sections.at(-1)?.section ?? 0) ?? 0)}
        </p>
      )}
    </fieldset>
  );
};

const pickRuns = (runs: readonly Run[], phase: 'drag' | 'done' = 'done'): void =>
  changeSetup(now => ({ ...now, runs }), phase);

/** Which pages, in which order. */
const Pages = ({ setup }: { readonly setup: Setup }) => {
  const { layout, runs } = setup;
  /** What became of the first page that was typed, and the pages it is about: any other pages end it. */
  const [said, setSaid] = useState<{ readonly words: string; readonly of: string }>();
  const note = said?.of === writeRuns(runs) ? said.words : undefined;
  const s = layout.pagesPerSection;
  const first = runs[0]?.first ?? 0;
  const count = pagesOf(runs);
  const start = (layout.sections[0]?.section ?? 0) * s;
  const last = ((layout.sections.at(-1)?.section ?? 0) + 1) * s - 1;
  const most = Math.min(MAX_PAGES, layout.sections.length * s);
  return (
    <>
      <ReadField
        className="field long"
        label="Pages, in their order"
        shown={writeRuns(runs, ', ')}
        read={text => readRuns(text, layout)}
        onCommit={value => pickRuns(value)}
      />
      <ReadField
        label="First page"
        shown={formatCount(first)}
        read={readNumber(start, last, 'a page frame')}
        onCommit={value => {
          const next = pagesFrom(layout, value, count);
          const passed = passedOver(layout, value);
          setSaid(passed && { words: passedWords(passed), of: writeRuns(next) });
          pickRuns(next);
        }}
        hint={note}
      />
      <Spoken text={note ?? ''} />
      <NumberSlider
        label="First page"
        value={first}
        min={start}
        max={last}
        words={`PFN ${formatCount(first)}`}
        onDrag={value =>
          changeSetup(now => ({ ...now, runs: pagesFrom(now.layout, value, pagesOf(now.runs)) }), 'drag')
        }
      />
      <ReadField
        label="Pages"
        shown={formatCount(count)}
        read={readNumber(1, most, 'a number of pages')}
        onCommit={value => pickRuns(pagesFrom(layout, first, value))}
      />
      <NumberSlider
        label="Pages"
        value={Math.min(count, 8 * s)}
        min={1}
        max={Math.min(most, 8 * s)}
        words={`${formatCount(count)} pages of memory, holes passed over`}
        onDrag={value =>
          changeSetup(
            now => ({ ...now, runs: pagesFrom(now.layout, now.runs[0]?.first ?? 0, value) }),
            'drag',
          )
        }
      />
    </>
  );
};

const PAGE_BITS = 12;

/** One folio as the list, and how large a folio may be. */
const Folio = ({ setup }: { readonly setup: Setup }) => {
  const { layout } = setup;
  const s = layout.pagesPerSection;
  const [order, setOrder] = useState(Math.min(3, Math.log2(s)));
  const [first, setFirst] = useState(0);
  const made = folio(layout, order, first);
  const config = {
    model: layout.model,
    hugetlb: true,
    is64: true,
    pageBits: PAGE_BITS,
    sectionOrder: Math.log2(s),
    pudOrder: 18,
    maxPageOrder: 10,
  } as const;
  const limit = maxFolioOrder({ ...config, gigantic: true });
  const pages = (n: number): string => `order ${n}, ${formatSize(2 ** (n + PAGE_BITS))}`;
  return (
    <fieldset className="folio">
      <legend>Or one folio</legend>
      <div>
        <ReadField
          label="Order"
          shown={String(order)}
          read={readNumber(0, Math.log2(MAX_PAGES), 'an order')}
          onCommit={setOrder}
        />
        <ReadField
          label="First page"
          shown={formatCount(first)}
          read={readNumber(0, 2 ** 40, 'a page frame')}
          onCommit={setFirst}
        />
        <button
          type="button"
          className="button"
          disabled={!made.ok}
          onClick={() => made.ok && pickRuns(made.value)}
        >
          Take one folio of order {order}
        </button>
      </div>
      {made.ok ? (
        order > limit.order && (
          <p className="note">
            Larger than folios may be here since 6.18: <code>page + i</code> would not hold throughout.
          </p>
        )
      ) : (
        <p className="bad">
          <span aria-hidden="true">✕ </span>
          {made.reason}
        </p>
      )}
      <details>
        <summary>How large a folio may be (MAX_FOLIO_ORDER, 4 KiB pages)</summary>
        <ul className="note">
          <li>
            No gigantic folios configured: what the buddy allocator has,{' '}
            {pages(maxFolioOrder({ ...config, gigantic: false }).order)}. It never exceeds a section.
          </li>
          <li>
            Classic sparse: a section,{' '}
            {pages(maxFolioOrder({ ...config, model: 'sparse', gigantic: true }).order)} with sections of{' '}
            {formatCount(s)} {s === 1 ? 'page' : 'pages'}.
          </li>
          <li>
            Flat or vmemmap with hugetlb:{' '}
            {pages(maxFolioOrder({ ...config, model: 'vmemmap', gigantic: true }).order)} on 64-bit,{' '}
            {pages(maxFolioOrder({ ...config, model: 'vmemmap', gigantic: true, is64: false }).order)} on
            32-bit.
          </li>
          <li>
            Flat or vmemmap without: a PUD leaf,{' '}
            {pages(maxFolioOrder({ ...config, model: 'vmemmap', gigantic: true, hugetlb: false }).order)} on
            x86-64.
          </li>
        </ul>
      </details>
    </fieldset>
  );
};

/** Everything that can be set by hand. */
export const Build = ({ setup }: { readonly setup: Setup }) => (
  <section aria-labelledby="build-head" className="build">
    <h3 id="build-head">Build your own</h3>
    <div className="build-columns">
      <div>
        <Memory setup={setup} />
        <Blocks setup={setup} />
      </div>
      <div>
        <Pages setup={setup} />
        <Folio setup={setup} />
      </div>
    </div>
  </section>
);
