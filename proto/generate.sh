#!/usr/bin/env bash
# Generates the Python code of every .proto file under this folder.
# usage: proto/generate.sh PYTHON [OUTDIR]
#   PYTHON has grpcio-tools; OUTDIR gets twohop/v1/*_pb2.py and so on (default: beside the .proto files)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=$1 out=${2:-$here}

# A file whose .proto is gone must not survive.
mkdir -p "$out/twohop/v1"
rm -f "$out"/twohop/v1/*_pb2.py "$out"/twohop/v1/*_pb2.pyi "$out"/twohop/v1/*_pb2_grpc.py

"$python" -m grpc_tools.protoc --proto_path="$here" --python_out="$out" --pyi_out="$out" "$here"/twohop/v1/*.proto

# For a file without a service the gRPC plugin would write an empty module.
mapfile -t services < <(grep -l '^service ' "$here"/twohop/v1/*.proto)
"$python" -m grpc_tools.protoc --proto_path="$here" --grpc_python_out="$out" "${services[@]}"
