# One image for every service. The first argument of a container says which: docker run mneme ingest
ARG NODE_IMAGE=node:20-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /mneme
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci
RUN node node_modules/typescript/bin/tsc -b apps/standalone apps/cli apps/ingest apps/write-filter apps/embedder \
      apps/graph-extractor apps/retrieval apps/erasure apps/maintenance
# What is left runs: compiled modules, packages of production, protos and tables.
RUN npm prune --omit=dev \
 && find apps libs \( -name src -o -name '*.tsbuildinfo' -o -name 'tsconfig.json' \) -not -path '*/node_modules/*' -prune \
      -exec rm -rf {} + \
 && rm -rf e2e tsconfig*.json jest.config.mjs eslint.config.mjs nx.json

FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production \
    MNEME_DATA_DIR=/data \
    MNEME_HTTP_ADDRESS=0.0.0.0:7300 \
    MNEME_GRPC_ADDRESS=0.0.0.0:7301
# A new volume takes over owner and mode of the directory that it is mounted on.
RUN install -d -o node -g node -m 0700 /data /keys /keys/root /keys/commitment /keys/operator
WORKDIR /mneme
COPY --from=build /mneme /mneme
USER node
EXPOSE 7300 7301
VOLUME ["/data"]
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "bin/ready.js"]
# The service takes the place of the shell, and so hears SIGTERM itself.
ENTRYPOINT ["sh", "-c", "exec node --enable-source-maps \"apps/$0/dist/main.js\" \"$@\""]
CMD ["standalone"]
