import { useId, useMemo, useState } from 'react';
import type { Diagnosis } from '../../src/diagnose/diagnosis.ts';
import { scenarioOf, whyNotOnMap } from '../../src/diagnose/scenarioOf.ts';
import { rowName } from '../../src/diagnose/words.ts';
import type { Intake } from '../../src/intake/intake.ts';
import { collectCommands, collectPaste } from '../../src/recipes/collect.ts';
import { cProgram } from '../../src/recipes/cProgram.ts';
import { traceRecipes } from '../../src/recipes/traceRecipes.ts';
import { vmmRecipe } from '../../src/recipes/vmmRecipe.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { formatSize } from '../../src/text.ts';
import { hashOf } from '../state/links.ts';
import { Copyable } from './Copyable.tsx';

/** A link for others: with the page's address, unless that leads nowhere from another machine. */
const linkOf = (scenario: Scenario): string => {
  const { origin, pathname, hostname } = window.location;
  return hostname === '' || /^(?:localhost$|127\.|\[::1\])/.test(hostname)
    ? hashOf(scenario)
    : `${origin}${pathname}${hashOf(scenario)}`;
};

/** The same request where the kernel places it: the program is to show what a plain mmap() gives. */
const unplaced = (s: Scenario): Scenario => ({
  ...s,
  request: { ...s.request, hint: 0, flags: 1 },
});

/** What one mapping gives to copy: a program that makes it, what a VMM would do, and how to watch the kernel. */
const OfRow = ({ scenario }: { readonly scenario: Scenario }) => {
  const { program, recipe, lines } = useMemo(() => {
    const plain = unplaced(scenario);
    // A link with a whole address space is no line of a comment.
    const link = linkOf({ ...plain, space: { ...plain.space, source: { kind: 'preset', id: 'qemu' } } });
    return {
      program: cProgram(plain, link),
      recipe: vmmRecipe(plain, link),
      lines: traceRecipes(plain),
    };
  }, [scenario]);
  return (
    <>
      {program.ok ? (
        <Copyable
          title="A program that makes this mapping and counts its faults"
          text={program.value}
          says="Build it with gcc, give it the PCI address of a device that is bound to vfio-pci."
        />
      ) : (
        <p className="note">{program.reason}</p>
      )}
      {recipe.ok ? (
        <Copyable title="What a VMM would do" text={recipe.value.code} says={recipe.value.says} />
      ) : (
        <p className="note">{recipe.reason}</p>
      )}
      {lines.map(line =>
        line.ok ? (
          <Copyable
            key={line.id}
            title={`${line.title}${line.needsRoot ? ', as root' : ''}`}
            text={line.command}
            says={line.expected === undefined ? line.says : `${line.says} Expected: ${line.expected}`}
          />
        ) : (
          <p key={line.id} className="note">
            {line.title}: {line.reason}
          </p>
        ),
      )}
    </>
  );
};

/** So many mappings can be chosen from. */
const MOST_CHOICES = 50;

/** Ready to copy for one of the rows; nothing is made before it is opened. */
export const Recipes = ({
  intake,
  diagnosis,
}: {
  readonly intake: Intake;
  readonly diagnosis: Diagnosis;
}) => {
  const id = useId();
  const [open, setOpen] = useState(false);
  const [key, setKey] = useState<string>();
  const rows = useMemo(
    () =>
      diagnosis.rows
        .filter(row => whyNotOnMap(row) === undefined)
        .sort((a, b) => b.length - a.length)
        .slice(0, MOST_CHOICES),
    [diagnosis],
  );
  const chosen = rows.find(row => row.key === key) ?? rows[0];
  const scenario = useMemo(
    () => (open && chosen !== undefined ? scenarioOf(intake, diagnosis, chosen) : undefined),
    [open, chosen, intake, diagnosis],
  );
  if (chosen === undefined) return null;
  return (
    <details className="recipes" onToggle={e => setOpen(e.currentTarget.open)}>
      <summary>Ready to copy: a C program, the recipe for a VMM, tracing lines</summary>
      {rows.length > 1 && (
        <div className="field pairing">
          <label htmlFor={id}>For</label>
          <select id={id} value={chosen.key} onChange={e => setKey(e.target.value)}>
            {rows.map(row => (
              <option key={row.key} value={row.key}>
                {rowName(row)}, {formatSize(row.length)}
              </option>
            ))}
          </select>
        </div>
      )}
      {scenario !== undefined && <OfRow scenario={scenario} />}
    </details>
  );
};

/** The commands that print each input; first the one that collects most of them. */
export const Collect = ({ open }: { readonly open: boolean }) => (
  <section className="collect" aria-labelledby="collect-title">
    <h3 id="collect-title">Collect it on the machine</h3>
    <Copyable
      title="All in one go"
      text={collectPaste}
      says="Set PID to the VMM’s process first. It reads, writes one file, and sends nothing."
    />
    <details open={open}>
      <summary>Or one by one</summary>
      {collectCommands.map(c => (
        <Copyable
          key={c.id}
          title={`${c.title}${c.needsRoot ? ', as root' : ''}`}
          text={c.command}
          says={c.says}
        />
      ))}
    </details>
  </section>
);
