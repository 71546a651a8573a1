/** Where every container finds its configuration and secrets; mounted read-only. */
export const FILES = "/run/exploreiot";

/** Where a container that is probed over the network finds the program for it; mounted read-only. */
export const PROBE_FOLDER = "/run/exploreiot-probe";
