package io.tomogrid.manager;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.SliceKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Writes down what the agents tell of their GPUs, for the ledger. */
@Component
class Boards implements Chore {
    private final JdbcClient jdbc;
    private final Peers peers;
    private final Map<String, Board> written = new HashMap<>();

    Boards(JdbcClient jdbc, Peers peers) {
        this.jdbc = jdbc;
        this.peers = peers;
    }

    /** @param compute compute slices of the whole @param profiles compute slices by name of profile */
    private record Board(String uuid, int compute, Map<String, Integer> profiles) {
        static Board of(Gpu gpu) {
            Map<String, Integer> profiles = new TreeMap<>();
            gpu.profiles().forEach(profile -> profiles.put(profile.name(), profile.computeSlices()));
            int compute = gpu.profiles().stream()
                    .mapToInt(GpuProfile::computeSlices)
                    .max()
                    .orElse(0);
            return new Board(gpu.uuid(), compute, profiles);
        }
    }

    @Override
    public String name() {
        return "boards";
    }

    @Override
    public void run() {
        for (HostInventory host : peers.agents().inventories()) {
            for (Gpu gpu : host.gpus()) {
                String name = SliceKey.gpuName(host.host(), gpu.index());
                Board board = Board.of(gpu);
                if (!board.equals(written.get(name))) {
                    write(name, board);
                    written.put(name, board);
                }
            }
        }
    }

    private void write(String gpu, Board board) {
        jdbc.sql(
                        "insert into manager.board (gpu, uuid, compute, profiles) values (:gpu, :uuid, :compute, :profiles::jsonb)"
                                + " on conflict (gpu) do update set uuid = excluded.uuid, compute = excluded.compute,"
                                + " profiles = excluded.profiles")
                .params(Map.of("gpu", gpu, "uuid", board.uuid(), "compute", board.compute(), "profiles", json(board)))
                .update();
    }

    private static String json(Board board) {
        try {
            return JSON.std.asString(board.profiles());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
