/** True where the page stands in another one as a picture: `embed=1` in the query, or in the hash. */
export const embedded = /[?&#]embed=1(?=[&#]|$)/.test(window.location.href);
