import type { NextConfig } from "next";

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: import.meta.dirname,
  // The page shows no raster images, so the image optimiser and its native library stay out of the image.
  images: { unoptimized: true },
  outputFileTracingExcludes: { "*": ["node_modules/@img/**", "node_modules/sharp/**"] },
  poweredByHeader: false,
  reactStrictMode: true,
  experimental: {
    // The root file system is read-only: nothing rendered may be written next to the code.
    isrFlushToDisk: false,
    // Next keeps a copy of each body for proxy.ts, of 10 MB by default; this server reads none.
    proxyClientMaxBodySize: "1kb",
  },
};

export default config;
