/**
 * The major version of PostgreSQL that the kit runs: in the image, and in the name of the data volume, since another
 * major cannot read its files.
 */
export const POSTGRES_MAJOR = 17;
