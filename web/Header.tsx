import { memo } from 'react';
import type { ScreenId } from '../src/scenario/scenario.ts';
import { screenCaption } from './scenario/caption.ts';
import { screens, withScreen } from './scenario/view.ts';
import { usePausedScenario } from './state/calm.ts';
import { copyLink } from './state/copyLink.ts';
import { app, type DialogName, useApp, useMedia, useThemeName } from './state/store.ts';
import { themeChoices } from './state/theme.ts';
import { ScenarioLink } from './ui/ScenarioLink.tsx';

const ThemeMenu = () => {
  const theme = useApp(s => s.theme);
  return (
    <select
      className="theme"
      aria-label="Theme"
      value={theme}
      onChange={e => {
        const chosen = themeChoices.find(c => c.id === e.target.value);
        if (chosen) app.getState().setTheme(chosen.id);
      }}
    >
      {themeChoices.map(c => (
        <option key={c.id} value={c.id}>
          {c.label}
        </option>
      ))}
    </select>
  );
};

const Steps = () => {
  const canUndo = useApp(s => s.past.length > 0 || s.dragFrom !== undefined);
  const canRedo = useApp(s => s.future.length > 0);
  const { undo, redo } = app.getState();
  return (
    <>
      <button
        type="button"
        className="button icon"
        aria-label="Undo"
        title="Undo (U)"
        disabled={!canUndo}
        onClick={undo}
      >
        ↶
      </button>
      <button
        type="button"
        className="button icon"
        aria-label="Redo"
        title="Redo (Shift+U)"
        disabled={!canRedo}
        onClick={redo}
      >
        ↷
      </button>
    </>
  );
};

/** Opens a dialog. One that shows a sign in place of a word has its name in `name`. */
const DialogButton = ({
  dialog,
  title,
  name,
  id,
  children,
}: {
  readonly dialog: DialogName;
  readonly title: string;
  readonly name?: string;
  readonly id?: string;
  readonly children: string;
}) => (
  <button
    type="button"
    id={id}
    className={name === undefined ? 'button' : 'button icon'}
    aria-label={name}
    title={title}
    onClick={() => app.getState().open(dialog)}
  >
    {children}
  </button>
);

const HelpButton = () => (
  <DialogButton dialog="help" title="Keys (?)" name="Keys and help">
    ?
  </DialogButton>
);

const ExportButton = () => (
  <DialogButton dialog="export" title="Files and texts of what is shown (E)">
    Export
  </DialogButton>
);

const PresentButton = () => (
  <DialogButton dialog="present" title="Present (Shift+P)" id="present">
    Present
  </DialogButton>
);

const SavedButton = () => (
  <DialogButton dialog="saved" title="Saved scenes (Ctrl+S)" name="Saved scenes">
    ☆
  </DialogButton>
);

const DrawerButton = () => {
  const drawer = useApp(s => s.drawer);
  return (
    <button
      type="button"
      className="button"
      aria-expanded={drawer}
      aria-controls="controls"
      onClick={() => app.getState().setDrawer(!drawer)}
    >
      {drawer ? 'Picture' : 'Controls'}
    </button>
  );
};

const go = (screen: ScreenId): void => app.getState().change(withScreen(screen), 'done');

/** Links to the screens, each with the whole Scenario in it: too long to write anew with every remark and theme. */
const Screens = memo(() => {
  const screen = useApp(s => s.scenario.view.screen);
  return (
    <nav aria-label="Screens">
      {screens.map(s => (
        <ScenarioLink key={s.id} to={withScreen(s.id)} current={screen === s.id}>
          {s.label}
        </ScenarioLink>
      ))}
    </nav>
  );
});

/** The same where there is no room for links. */
const ScreenMenu = () => {
  const screen = useApp(s => s.scenario.view.screen);
  return (
    <select
      className="theme"
      aria-label="Screen"
      value={screen}
      onChange={e => {
        const chosen = screens.find(s => s.id === e.target.value);
        if (chosen) go(chosen.id);
      }}
    >
      {screens.map(s => (
        <option key={s.id} value={s.id}>
          {s.label}
        </option>
      ))}
    </select>
  );
};

/** What the screen is about, in a line; it is read, so it keeps a reader's pace. */
const Caption = () => <span className="caption">{screenCaption(usePausedScenario())}</span>;

/** Name, scene, screens, and what works on every screen. Where it is tight the tools move into a menu. */
export const Header = () => {
  const screen = useApp(s => s.scenario.view.screen);
  const remark = useApp(s => s.remark);
  const stage = useApp(s => s.stage);
  const narrow = useMedia('(max-width: 1239px)') || stage;
  const phone = useMedia('(max-width: 719px)');
  // Large type needs the room earlier.
  const large = useThemeName() === 'projector';
  const tight = useMedia(large ? '(max-width: 1359px)' : '(max-width: 1219px)');
  return (
    <header className="header" tabIndex={-1}>
      <h1>Hugemap</h1>
      <Caption />
      {tight ? <ScreenMenu /> : <Screens />}
      <span className="remark" role="status">
        {/* Another remark is shown from its begin. */}
        <span key={remark}>{remark}</span>
      </span>
      <div className="tools">
        {narrow && screen === 'map' && <DrawerButton />}
        {!phone && <Steps />}
        <button type="button" className="button" onClick={() => void copyLink()}>
          {phone ? 'Link' : 'Copy link'}
        </button>
        {tight ? (
          <>
            <button type="button" className="button icon" aria-label="More" popoverTarget="more">
              ⋯
            </button>
            <div id="more" className="menu" popover="auto">
              {phone && <Steps />}
              <ExportButton />
              <ThemeMenu />
              <PresentButton />
              <SavedButton />
              <HelpButton />
            </div>
          </>
        ) : (
          <>
            <ExportButton />
            <PresentButton />
            <ThemeMenu />
            <SavedButton />
            <HelpButton />
          </>
        )}
      </div>
    </header>
  );
};
