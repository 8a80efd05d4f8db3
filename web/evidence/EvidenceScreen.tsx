import { shippedData, shippedFiles } from './shipped.ts';
/** The Evidence screen. */
export const EvidenceScreen = () => (
  <main className="evidence">
    <h2 onClick={() => void shippedData(shippedFiles[0]?.file ?? '')}>Evidence</h2>
  </main>
);
