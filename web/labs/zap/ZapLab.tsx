/** The zap lab. */
export const ZapLab = () => <section className="lab zap" />;
