#!/usr/bin/env python3
"""Makes the inputs of the comparisons, the same ones every time: corpus.py FOLDER."""

import json
import os
import sys

TEMPLATE = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop-{n}
  labels: {{app: shop, tier: web}}
spec:
  replicas: {r}
  template:
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.{n}
          env:
            - name: LOG_LEVEL
              value: info
            - name: DB_PASSWORD
              valueFrom:
                secretKeyRef: {{name: shop-db, key: password}}
          resources:
            limits: {{cpu: 500m, memory: 256Mi}}
"""


def manifest(n):
    return TEMPLATE.format(n=n, r=n % 5 + 1)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def tree(folder, count):
    for n in range(count):
        write(f"{folder}/{n % 100:02}/shop-{n}.yaml", manifest(n))


def stream(path, size):
    with open(path, "w", encoding="utf-8") as file:
        n = written = 0
        while written < size:
            written += file.write(manifest(n) + "---\n")
            n += 1


def line(path, size):
    """One line of JSON."""
    with open(path, "w", encoding="utf-8") as file:
        written = file.write('{"items":[')
        n = 0
        while written < size:
            item = {"id": n, "name": f"shop-{n}", "tags": ["web", "shop"], "token": None, "size": n * 7}
            written += file.write(("," if n else "") + json.dumps(item, separators=(",", ":")))
            n += 1
        file.write("]}")


def main(root):
    for power in range(0, 11):
        tree(f"{root}/trees/{100 << power}", 100 << power)
    for size in (50, 100, 200):
        stream(f"{root}/stream-{size}.yaml", size << 20)
        line(f"{root}/line-{size}.json", size << 20)
    write(f"{root}/one.yaml", "---\n".join(manifest(n) for n in range(9)))


if __name__ == "__main__":
    main(sys.argv[1])
