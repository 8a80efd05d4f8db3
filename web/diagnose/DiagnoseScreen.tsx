/** The Diagnose screen. */
export const DiagnoseScreen = () => (
  <main className="diagnose">
    <h2>Diagnose</h2>
  </main>
);
