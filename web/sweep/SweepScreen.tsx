/** The Sweep screen. */
export const SweepScreen = () => (
  <main className="sweep">
    <h2>Sweep</h2>
  </main>
);
