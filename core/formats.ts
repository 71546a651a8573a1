import { z } from "zod";

/** Text of a certain form; the same words tell what is allowed when it is missing, no text at all, or malformed. */
export const text = (form: RegExp, error: string) => z.string({ error }).regex(form, { error });

/** An address of a server. Readers of URLs drop blanks and line breaks, which end the word in other files. */
export const httpUrl = (error: string) =>
  z
    .string({ error })
    .refine((url) => /^https?:\/\/[\x21-\x7e]+$/.test(url) && URL.canParse(url), { error })
    .meta({ format: "uri" });

/** As above, over TLS alone. */
export const httpsUrl = (error: string) =>
  httpUrl(error).refine((url) => url.startsWith("https:"), { error });

/** As registries and engines take them: `[host[:port]/]path[:tag][@sha256:…]`. */
export const imageReference = text(
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/,
  'an image such as "ghcr.io/example/app:1.2" or "ghcr.io/example/app@sha256:…"',
);

/** The registry, with its own path, in front of an image's path. */
export const registryAddress = text(
  /^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/,
  'a host with an optional port and path, such as "mirror.example.org:5000/hub"',
);

/** As browsers send it in `Origin`: compared as text, so nothing else would ever match. */
export const webOrigin = z
  .string()
  .refine(
    (value) =>
      /^https?:/.test(value) && URL.parse(value)?.origin === value && /^[a-z0-9.:/[\]_-]+$/.test(value),
    {
      error:
        'an origin as browsers send it, such as "https://dashboard.example.org": in small letters, without a path and without the port that the scheme implies',
    },
  );

/**
 * Names that pg_hba.conf reads as something else, or that PostgreSQL has already: `all` would let the application
 * into every database.
 */
const POSTGRES_OWN =
  /^(?!(?:all|sameuser|samerole|samegroup|replication|postgres|template0|template1|public|none)$|pg_)/;
export const databaseName = text(
  new RegExp(`${POSTGRES_OWN.source}[a-z][a-z0-9_]{0,62}$`),
  "1 to 63 lower-case letters, digits and underscores, the first a letter; no word that PostgreSQL has itself (all, postgres, replication, pg_… and the like)",
);

/** PostgreSQL keeps 63 characters of a name, and users of roles are called after this one and the role. */
export const databaseOwner = text(
  new RegExp(`${POSTGRES_OWN.source}[a-z][a-z0-9_]{0,41}$`),
  "1 to 42 lower-case letters, digits and underscores, the first a letter; no word that PostgreSQL has itself (all, postgres, replication, pg_… and the like)",
);

/** Compared as text with others, so there is one way to write a folder. */
export const absolutePath = text(
  /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)+\/?$/,
  "an absolute path, without . and .. and doubled slashes",
);

/** A variable of a Dockerfile. */
export const argumentName = text(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  "the name of a build argument: letters, digits and underscores",
);
