# One image for API, worker and migration: `docker build --tag manoflow .`

FROM python:3.11.14-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/manoflow
ENV PATH=/opt/manoflow/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# First what changes seldom. Wheels only: nothing is compiled, so no compiler is needed here either.
COPY requirements-image.lock ./
RUN pip install --require-hashes --only-binary :all: -r requirements-image.lock
COPY pyproject.toml README.md LICENSE ./
COPY api api
COPY workflows workflows
COPY activities activities
COPY descriptors descriptors
COPY manoflow manoflow
RUN pip install --no-deps --no-build-isolation . && pip uninstall --yes setuptools pip

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/manoflow --create-home manoflow
COPY --from=build /opt/manoflow /opt/manoflow
ENV PATH=/opt/manoflow/bin:$PATH PYTHONUNBUFFERED=1 MANOFLOW_HOME=/var/lib/manoflow
WORKDIR /var/lib/manoflow
USER manoflow
VOLUME /var/lib/manoflow
EXPOSE 8080
# Of the API; a worker has no port, and docker-compose.yml says so.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=6 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["manoflow"]
CMD ["api"]
