# The operator's image: Python, the locked dependencies, this package, and nothing to build or to install with.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /source

# The wheel is built with locked tools as well: pip would fetch the newest of them otherwise.
COPY requirements-dev.txt ./
RUN python -m venv /tools && /tools/bin/pip install --require-hashes --requirement requirements-dev.txt
COPY pyproject.toml README.md LICENSE ./
COPY operator operator
RUN /tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels .

COPY requirements.txt ./
RUN python -m venv --without-pip /opt/bursar \
 && pip --python /opt/bursar/bin/python install --require-hashes --only-binary :all: --requirement requirements.txt \
 && pip --python /opt/bursar/bin/python install --no-deps --no-index /wheels/*.whl

FROM python:${PYTHON}
# The file system is read-only in the cluster: what can be compiled is compiled already.
ENV PATH=/opt/bursar/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
COPY --from=build /opt/bursar /opt/bursar
# As in the chart; a number, so that a cluster can see that it is not root.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["bursar"]
CMD ["operator"]
