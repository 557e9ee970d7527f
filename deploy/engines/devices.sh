#!/bin/sh
# What a discovery script of Spark prints, by the UUIDs that CUDA_VISIBLE_DEVICES takes: the MIG devices that this host or
# container sees, else its GPUs. An index would name another device in each container.
set -eu
list=$(nvidia-smi -L)
uuids=$(printf '%s\n' "$list" | sed -n 's/.*(UUID: \(MIG-[^)]*\)).*/\1/p')
[ -n "$uuids" ] || uuids=$(printf '%s\n' "$list" | sed -n 's/.*(UUID: \(GPU-[^)]*\)).*/\1/p')
[ -n "$uuids" ] || { echo "$0: nvidia-smi -L names no device" >&2; exit 1; }
addresses=$(printf '"%s",' $uuids)
printf '{"name":"gpu","addresses":[%s]}\n' "${addresses%,}"
