# web, actions, tools and the command line: Python 3.11.
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/shopclerk/.venv/bin:$PATH
WORKDIR /shopclerk
# A CUDA machine builds with --build-arg TORCH_INDEX= (the registry's default build).
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY requirements.txt pyproject.toml README.md ./
RUN python -m venv .venv \
    && pip install --no-cache-dir torch==2.13.0 ${TORCH_INDEX:+--index-url $TORCH_INDEX} \
    && pip install --no-cache-dir -r requirements.txt
COPY . .
RUN pip install --no-cache-dir --no-deps -e . \
    && useradd --uid 10001 --no-create-home shopclerk \
    && install -d -o shopclerk /state
USER shopclerk
ENV SHOPCLERK_HOME=/state
