/** The Evidence screen. */
export const EvidenceScreen = () => (
  <main className="evidence">
    <h2>Evidence</h2>
  </main>
);
