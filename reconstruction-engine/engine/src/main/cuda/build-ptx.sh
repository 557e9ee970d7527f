#!/bin/sh
# Compiles the kernels to PTX for compute capability 8.0 and notes the hash of every source beside it; needs nvcc.
# Drivers of CUDA 12 refuse the PTX version that a newer nvcc writes, so it is lowered to what CUDA 11.8 had: nothing
# later is used, and a test assembles the result.
set -eu
cd "$(dirname "$0")"
into=../resources/io/tomogrid/engine/cuda
mkdir -p "$into"
command -v nvcc >/dev/null || { echo "build-ptx.sh: nvcc is missing: install the CUDA toolkit, 12 or later" >&2; exit 1; }
nvcc --ptx -arch=compute_80 -std=c++17 -O3 -fmad=false -Werror all-warnings -o petct.ptx petct.cu
sed -e 's/^\.version .*/.version 7.8/' -e '/^\/\/ /d' petct.ptx >"$into/petct.ptx"
rm petct.ptx
sha256sum -- *.cu *.cuh | LC_ALL=C sort -k 2 >"$into/petct.sources.sha256"
