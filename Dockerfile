# The service as an image. It starts with an empty /data and refuses to serve until its database is ready:
#
#     docker build -t werkrelatie .
#     volumes='-v werkrelatie:/data -v werkrelatie-key:/key -v werkrelatie-trust:/trust'
#     docker run --rm $volumes werkrelatie init   # and after an upgrade
#     docker run $volumes -p 127.0.0.1:8000:8000 werkrelatie
#
# The database is in /data, its key in /key, and what it is checked by in /trust: three volumes, so that a copy
# of one never holds another. All have to be kept. Starting never migrates: with several copies behind one address, a migration is a
# step that somebody takes. compose.yaml does the same with PostgreSQL, which needs only /trust.

FROM python:3.14-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /srv/werkrelatie
RUN python -m venv .venv

# First what seldom changes: with the same locked file, this layer comes from the cache.
COPY requirements/run.txt requirements/
RUN .venv/bin/pip install --require-hashes --only-binary :all: --requirement requirements/run.txt

# As in the Makefile: nothing more is downloaded. Editable, because migrations/ stands beside app/.
COPY LICENSE pyproject.toml ./
COPY app app
COPY migrations migrations
RUN .venv/bin/pip install --no-deps --no-build-isolation --no-index --editable . \
    && .venv/bin/python -m compileall -q app migrations


FROM python:3.14-slim

# The code belongs to root: the service can read it and not change it. It writes to /data, /key and /trust alone.
RUN groupadd --gid 10001 werkrelatie \
    && useradd --uid 10001 --gid werkrelatie --home-dir /data --no-create-home \
        --shell /usr/sbin/nologin werkrelatie \
    && install --directory --owner werkrelatie --group werkrelatie --mode 0700 /data /key /trust
COPY --from=build /srv/werkrelatie /srv/werkrelatie

ENV PATH=/srv/werkrelatie/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    WERKRELATIE_DATA_DIR=/data \
    WERKRELATIE_DATABASE_KEY_FILE=/key/werkrelatie.key \
    WERKRELATIE_TRUST_DIR=/trust
WORKDIR /srv/werkrelatie
USER werkrelatie
VOLUME ["/data", "/key", "/trust"]
EXPOSE 8000

# urlopen raises on every answer that is not a success. Python is there already, curl is not.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]

ENTRYPOINT ["werkrelatie"]
CMD ["serve", "--host", "0.0.0.0"]
