import { sceneCaption } from './map/caption.ts';
import { copyLink } from './state/commands.ts';
import { app, useApp, useScenario } from './state/store.ts';
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

/** Name, scene, screens, and what works on every screen. */
export const Header = () => {
  const scenario = useScenario();
  const canUndo = useApp(s => s.past.length > 0 || s.dragFrom !== undefined);
  const canRedo = useApp(s => s.future.length > 0);
  const drawer = useApp(s => s.drawer);
  const remark = useApp(s => s.remark);
  const { undo, redo, open, setDrawer } = app.getState();
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
        <button
          type="button"
          className="button only-narrow"
          aria-expanded={drawer}
          aria-controls="controls"
          onClick={() => setDrawer(!drawer)}
        >
          Controls
        </button>
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
        <button type="button" className="button" onClick={() => void copyLink()}>
          Copy link
        </button>
        <ThemeMenu />
        <button
          type="button"
          className="button icon"
          aria-label="Keys and help"
          title="Keys (?)"
          onClick={() => open('help')}
        >
          ?
        </button>
      </div>
    </header>
  );
};
