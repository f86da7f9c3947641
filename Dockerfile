# twohop as a container: one process that is not root, without pip, compilers or package lists. It writes to its data
# volume and to /tmp only, so the root file system can be read-only. Needs neither BuildKit nor arguments.
#
# A release pins its base by digest, which `docker image inspect --format '{{.RepoDigests}}' python:3.11-slim-bookworm` tells:
#   docker build --build-arg BASE=python:3.11-slim-bookworm@sha256:DIGEST --build-arg REVISION=$(git rev-parse HEAD) .
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
RUN python -m venv tools && python -m venv --without-pip /opt/twohop
COPY constraints-build.txt constraints-runtime.txt ./
RUN tools/bin/pip install --require-hashes -r constraints-build.txt \
 && tools/bin/pip --python /opt/twohop/bin/python install --no-compile --require-hashes -r constraints-runtime.txt
COPY . .
RUN tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && tools/bin/pip --python /opt/twohop/bin/python install --no-compile --no-deps dist/*.whl
# Of no use here: packages' own tests, sources and type stubs, and hf_xet, which downloads models. Bytecode is of use: it
# can't be written later.
RUN find /opt/twohop/lib -depth \( -name tests -o -name __pycache__ -o -name 'hf_xet*' \) -exec rm -rf {} + \
 && find /opt/twohop/lib -type f -regex '.*\.\(pyi\|pyx\|pxd\|c\|cpp\|h\|a\)' -delete \
 && python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/twohop/lib

FROM ${BASE} AS system
RUN groupadd --gid 10001 twohop \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/twohop --shell /usr/sbin/nologin twohop \
 && find / -xdev -depth \( -path '*-packages/pip*' -o -path '*-packages/setuptools*' -o -path '*-packages/wheel*' \
    -o -name ensurepip -o -path '/usr/*bin/pip*' \) -exec rm -rf {} + \
 && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* /usr/share/doc /usr/share/man /usr/share/locale /root/.cache

# One flat layer: what was removed above is not in the image at all.
FROM scratch
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="twohop" \
      org.opencontainers.image.description="Memory for AI agents that is true, connected and provable, over gRPC" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=system / /
COPY --from=build /opt/twohop /opt/twohop
RUN chmod 1777 /tmp && install -d -o twohop -g twohop -m 0700 /var/lib/twohop
ENV PATH=/opt/twohop/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    HOME=/var/lib/twohop \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TWOHOP_DATA_DIR=/var/lib/twohop/data
USER 10001:10001
WORKDIR /var/lib/twohop
VOLUME /var/lib/twohop
EXPOSE 50051
# On SIGTERM the server takes no more calls, finishes those that run, and ends.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=6s --start-period=120s --retries=4 CMD ["python", "-m", "twohop.cli.health"]
ENTRYPOINT ["twohop"]
CMD ["serve"]
