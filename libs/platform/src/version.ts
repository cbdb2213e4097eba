/** Of the whole product; tidy checks that it is the one in package.json. */
export const VERSION = '0.1.0';
