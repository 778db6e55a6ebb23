# Three stages: the front end is built, the locked packages are installed, and only what runs is kept.
# Everything that is built is built by the Makefile, as on a developer's machine.

FROM python:3.13-slim AS base
WORKDIR /srv/trigpoint
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

FROM base AS build
RUN apt-get update && apt-get install --yes --no-install-recommends make && rm -rf /var/lib/apt/lists/*
COPY Makefile pyproject.toml README.md ./
COPY tools/make_venv.sh tools/node.sh tools/make_fonts.py tools/
COPY requirements requirements

FROM build AS front-end
COPY app app
COPY frontend frontend
RUN make frontend

FROM build AS packages
RUN make runtime

FROM base AS trigpoint
RUN useradd --system --uid 10001 --no-create-home trigpoint && install --directory --owner=trigpoint /data
COPY --from=packages /srv/trigpoint/.venv .venv
COPY --from=front-end /srv/trigpoint/frontend/dist frontend/dist
COPY frontend/templates frontend/templates
COPY migrations migrations
COPY questionnaires questionnaires
COPY scoring scoring
COPY app app
ENV TRIGPOINT_ENVIRONMENT=production TRIGPOINT_DATABASE_URL=sqlite:////data/trigpoint.db HOME=/tmp
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD [".venv/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT [".venv/bin/python", "-m", "app"]
CMD ["serve", "--host", "0.0.0.0"]
