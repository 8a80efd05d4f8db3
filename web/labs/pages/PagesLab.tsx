/** The struct-page lab. */
export const PagesLab = () => <section className="lab pages" />;
