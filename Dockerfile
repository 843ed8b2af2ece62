# The mock server as an image: docker build -t mockserver . && docker run --rm -p 8080:8080 mockserver
# Mount your own data at /fixtures and /scenarios; what is empty there is served from what ships.
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python3 -m venv /opt/mockserver
COPY pyproject.toml README.md ./
COPY mockserver ./mockserver
COPY fixtures ./fixtures
COPY scenarios ./scenarios
# EXTRAS=[tls] for HTTPS, which makes the image a good deal larger
ARG EXTRAS=
RUN /opt/mockserver/bin/pip install ".${EXTRAS}"
# pip stays behind; the byte code is made now, because the image runs read-only
RUN /opt/mockserver/bin/pip uninstall --yes --quiet setuptools pip; \
    /opt/mockserver/bin/python -m compileall -q -j 0 /opt/mockserver

FROM ${PYTHON_IMAGE}
COPY --from=build /opt/mockserver /opt/mockserver
COPY container-entrypoint.sh /usr/local/bin/mockserver-container
RUN mkdir /fixtures /scenarios && mkdir -m 1777 /data && chmod 755 /usr/local/bin/mockserver-container
ENV PATH=/opt/mockserver/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MOCKSERVER_HOST=0.0.0.0 \
    MOCKSERVER_DATA_DIR=/data \
    MOCKSERVER_ACCESS_LOG=on
USER 10001:10001
EXPOSE 8080
VOLUME ["/fixtures", "/scenarios"]
# often, so that who waits for "healthy" does not wait long; the check costs a few hundredths of a second
HEALTHCHECK --interval=1s --timeout=3s --start-period=10s --retries=3 \
  CMD ["mockserver", "healthcheck"]
ENTRYPOINT ["mockserver-container"]
CMD ["serve"]
