# syntax=docker/dockerfile:1
# docs/kubernetes.md says how to build it. Both bases are build arguments, so that whoever builds can pin them by digest,
# or take them from a mirror.
ARG DEPENDENCIES_IMAGE=node:26-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs26-debian13:nonroot

FROM ${DEPENDENCIES_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Node.js runs the sources as they are: there is no build step, and nothing of it that has a script to run.
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts
# The runtime image has no shell to make it with.
RUN mkdir -p /writable/data

FROM ${RUNTIME_IMAGE}
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="dora-exporter" \
      org.opencontainers.image.description="A Prometheus exporter daemon for the DORA keys" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=dependencies /app/node_modules /app/node_modules
COPY package.json /app/
COPY src /app/src
COPY --from=dependencies --chown=65532:65532 /writable/ /
# A query that does not fit into memory would look for a writable folder among those of a read-only root.
ENV NODE_ENV=production \
    SQLITE_TMPDIR=/data
# Without a configuration file, the ledger is data/dora.db in the working directory.
WORKDIR /
VOLUME ["/data"]
USER 65532:65532
EXPOSE 3672
# As PID 1 it gets the signals itself; it handles SIGTERM, SIGINT and SIGHUP, and starts no other process.
ENTRYPOINT ["/nodejs/bin/node", "/app/src/main.ts"]
CMD ["--config.file=/etc/dora-exporter/config.yml"]
