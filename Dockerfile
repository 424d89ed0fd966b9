# web, actions, tools and the command line: Python 3.11.
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/shopclerk/.venv/bin:$PATH
WORKDIR /shopclerk
# The registry's build of torch brings CUDA. Without a GPU, --build-arg TORCH_INDEX=... names PyTorch's index of CPU builds.
ARG TORCH_INDEX=
COPY requirements.txt pyproject.toml README.md ./
RUN python -m venv .venv \
    && pip install --no-cache-dir torch==2.13.0 ${TORCH_INDEX:+--index-url $TORCH_INDEX} \
    && pip install --no-cache-dir -r requirements.txt
COPY . .
RUN pip install --no-cache-dir --no-deps -e . \
    && useradd --uid 10001 --no-create-home shopclerk \
    && install -d -o shopclerk /state /state/images /state/uploads /state/models /state/keys/public
USER shopclerk
ENV SHOPCLERK_HOME=/state
