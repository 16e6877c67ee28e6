/** The cells that a tab takes wherever this package draws one. */
export const tabWidth = 4;
