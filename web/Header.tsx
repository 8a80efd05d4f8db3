import { sceneCaption } from './scenario/caption.ts';
import { copyLink } from './state/commands.ts';
import { app, useApp, useMedia, useScenario } from './state/store.ts';
import { themeChoices } from './state/theme.ts';

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

const HelpButton = () => (
  <button
    type="button"
    className="button icon"
    aria-label="Keys and help"
    title="Keys (?)"
    onClick={() => app.getState().open('help')}
  >
    ?
  </button>
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

/** Name, scene, screens, and what works on every screen. On a phone the tools move into a menu. */
export const Header = () => {
  const scenario = useScenario();
  const remark = useApp(s => s.remark);
  const narrow = useMedia('(max-width: 1239px)');
  const phone = useMedia('(max-width: 719px)');
  return (
    <header className="header">
      <h1>Hugemap</h1>
      <span className="caption">{sceneCaption(scenario)}</span>
      <nav aria-label="Screens">
        <span aria-current="page">Map</span>
      </nav>
      <span className="remark" role="status">
        {remark}
      </span>
      <div className="tools">
        {narrow && <DrawerButton />}
        {!phone && <Steps />}
        <button type="button" className="button" onClick={() => void copyLink()}>
          {phone ? 'Link' : 'Copy link'}
        </button>
        {phone ? (
          <>
            <button type="button" className="button icon" aria-label="More" popoverTarget="more">
              ⋯
            </button>
            <div id="more" className="menu" popover="auto">
              <Steps />
              <ThemeMenu />
              <HelpButton />
            </div>
          </>
        ) : (
          <>
            <ThemeMenu />
            <HelpButton />
          </>
        )}
      </div>
    </header>
  );
};
