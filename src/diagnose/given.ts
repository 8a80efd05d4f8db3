import type {
  AlignmentResult,
  DumpedLeaves,
  Figures,
  HugeFault,
  Iomem,
  QemuRegion,
  SearchTrace,
} from '../intake/facts.ts';
import type { Intake } from '../intake/intake.ts';

/** What an {@link Intake} may hold beside maps and devices. */
interface More {
  readonly iomem?: Iomem | undefined;
  readonly searches?: readonly SearchTrace[];
  readonly hugeFaults?: readonly HugeFault[];
  readonly alignment?: readonly AlignmentResult[];
  readonly qemuRegions?: readonly QemuRegion[];
  readonly dumped?: readonly DumpedLeaves[];
  readonly figures?: Figures;
}

/** An intake with everything that may be left out filled in. */
export type Given = Omit<Intake, keyof More> & Required<More>;

/** Fills in what a paste did not hold. */
export const given = (intake: Intake & More): Given => ({
  ...intake,
  iomem: intake.iomem,
  searches: intake.searches ?? [],
  hugeFaults: intake.hugeFaults ?? [],
  alignment: intake.alignment ?? [],
  qemuRegions: intake.qemuRegions ?? [],
  dumped: intake.dumped ?? [],
  figures: intake.figures ?? {},
});
