package io.tomogrid.manager;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.GpuProfile;
import io.tomogrid.slices.HostInventory;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Writes down what the agents tell of their GPUs, for the ledger; the database shares out what their counters tell. */
@Component
class Boards implements Chore {
    private final JdbcClient jdbc;
    private final Peers peers;
    private final Map<String, Board> written = new HashMap<>();

    Boards(JdbcClient jdbc, Peers peers) {
        this.jdbc = jdbc;
        this.peers = peers;
    }

    /**
     * @param compute compute slices of the whole @param profiles compute slices by name of profile
     * @param shares of the board, by name of profile: of what is cut its compute slices, of what is not its part of the whole
     * @param joules the board's counter; null where it has none
     */
    private record Board(
            String uuid,
            String name,
            int compute,
            Map<String, Integer> profiles,
            Map<String, Double> shares,
            Double joules) {
        static Board of(Gpu gpu) {
            Map<String, Integer> profiles = new TreeMap<>();
            gpu.profiles().forEach(profile -> profiles.put(profile.name(), profile.computeSlices()));
            int compute = gpu.profiles().stream()
                    .mapToInt(GpuProfile::computeSlices)
                    .max()
                    .orElse(0);
            Map<String, Double> shares = new TreeMap<>();
            gpu.profiles().forEach(profile -> shares.put(profile.name(), share(gpu, profile, compute)));
            OptionalDouble joules = gpu.energyJoules();
            return new Board(
                    gpu.uuid(),
                    gpu.name(),
                    compute,
                    profiles,
                    shares,
                    joules.isPresent() ? joules.getAsDouble() : null);
        }

        private static double share(Gpu gpu, GpuProfile profile, int compute) {
            return SliceKind.of(profile.name()).cut()
                    ? profile.computeSlices() / (double) compute
                    : profile.memorySlices() / (double) gpu.memorySlices();
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
        jdbc.sql("select manager.board_told(:gpu, :uuid, :name, :compute, :profiles::jsonb, :shares::jsonb,"
                        + " cast(:joules as double precision))::text")
                .param("gpu", gpu)
                .param("uuid", board.uuid())
                .param("name", board.name())
                .param("compute", board.compute())
                .param("profiles", json(board.profiles()))
                .param("shares", json(board.shares()))
                .param("joules", board.joules())
                .query(String.class)
                .single();
    }

    private static String json(Map<String, ?> map) {
        try {
            return JSON.std.asString(map);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
