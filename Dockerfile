# Two stages: the first builds an environment, the second runs it as nobody in particular.
FROM python:3.11-slim AS build
WORKDIR /src
RUN python -m venv /opt/router
ENV PATH=/opt/router/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/build.lock requirements/runtime.lock requirements/
RUN pip install --require-hashes -r requirements/build.lock -r requirements/runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY router router
COPY channels channels
RUN pip install --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --create-home router
COPY --from=build /opt/router /opt/router
COPY config/router.toml /etc/router/router.toml
ENV PATH=/opt/router/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ROUTER_CONFIG=/etc/router/router.toml \
    ROUTER_HOST=0.0.0.0 \
    ROUTER_PORT=8080 \
    ROUTER_DATA=/data
USER router
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['ROUTER_PORT'] + '/livez', timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["router", "serve"]
