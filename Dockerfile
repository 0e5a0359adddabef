# The workflow from its lock: the image holds the project, its data and its environment.
#
#     docker build -t readiness .
#     docker run --rm -v "$PWD/results:/project/results" readiness
#
# Apptainer makes its image of this one (docs/tools.md).
FROM python:3.13-slim-bookworm

RUN apt-get update \
    && apt-get install --yes --no-install-recommends git make \
    && rm -rf /var/lib/apt/lists/*

# The environment first: it is made again only where the lock changed.
WORKDIR /project
COPY requirements.lock Makefile ./
COPY workflow/setup.sh workflow/setup.sh
COPY workflow/bin workflow/bin
RUN make setup

COPY . .
# The set-up is this lock's, however late the files above were checked out.
RUN touch .venv/.ready-*
CMD ["make"]
