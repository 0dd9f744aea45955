# The service in a container: no root, nothing written but to its volume and /tmp.
# Build: docker build --tag bitaraf:0.1.0 .   Beside a database: see compose.yaml.
FROM python:3.12-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /opt/bitaraf
RUN python -m venv /opt/venv
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE bitaraf.py ./
COPY classifier ./classifier
COPY serve ./serve
# The command line is one; of these two it needs the code alone.
COPY data/*.py data/*.txt ./data/
COPY training ./training
RUN /opt/venv/bin/pip install --constraint constraints.txt --editable .
COPY models ./models
# The model is joined now, so that no start has to do it, nor needs a place to write it.
ENV BITARAF_CACHE=/opt/bitaraf/cache
RUN /opt/venv/bin/bitaraf model build \
    && /opt/venv/bin/python -m compileall -q /opt/bitaraf /opt/venv \
    && chmod -R a+rX /opt/bitaraf /opt/venv

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin bitaraf \
    && install --directory --owner=bitaraf --mode=0700 /var/lib/bitaraf
COPY --from=build /opt/venv /opt/venv
COPY --from=build /opt/bitaraf /opt/bitaraf
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    BITARAF_CACHE=/opt/bitaraf/cache \
    BITARAF_FOLDER=/var/lib/bitaraf \
    BITARAF_HOST=0.0.0.0 \
    BITARAF_PORT=8000
WORKDIR /var/lib/bitaraf
USER 10001
VOLUME /var/lib/bitaraf
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['BITARAF_PORT'] + '/readyz', timeout=5)"]
ENTRYPOINT ["bitaraf"]
CMD ["serve"]
