# The official images that may stand in for built ones, as names in `core/images.ts`. Renovate and Dependabot raise tag and
# digest here as in any Dockerfile; `exploreiot images lock` resolves all of them. Nothing is ever built from this file.
# A line without a digest is never pulled: its image is built. Versions stay in the series that Debian has, so that both
# sources read the same data (`test/images/upstream.test.ts`).
FROM debian:trixie-slim@sha256:a29215f6a35e51e22adffa17f89e9d2ef06214e64a2bad10d765c46aea49f11f AS base
FROM python:3.13.16-slim-trixie@sha256:bf44cdfcb76cd3b41e879bc058fc37ec5872002ccfde7fcb765e218cde0cd79c AS python
FROM node:24.21.0-trixie-slim@sha256:173f125896c3b47ddf056734c7ea789d04595a6a08769a8f78e0df642781fb66 AS node
FROM postgres:17.11-trixie@sha256:d74eeac9a635390a49bc21bd49fccd973de707e2a53a76ac49b552b8712ec46f AS postgres
FROM valkey/valkey:9.1.2-trixie@sha256:418652cfb58ef879d4978c33553735d7147016032d5aefaa14c828e611eb9dfd AS redis
