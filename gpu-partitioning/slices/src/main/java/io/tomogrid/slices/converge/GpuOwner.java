package io.tomogrid.slices.converge;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The right to cut a GPU, which one process has at a time (SLC-32): the operating system's lock on a file that is named by
 * the GPU's UUID and says who holds it. Others that cut GPUs can look before they do; the lock ends with its process.
 */
public final class GpuOwner implements AutoCloseable {
    /** Where owners of real GPUs are written, whatever else a node keeps elsewhere. */
    public static final Path WELL_KNOWN = Path.of("/run/lock/tomogrid");

    private static final String SUFFIX = ".owner";

    /** What this process holds: a second descriptor on these must not be opened, as closing it would end the lock. */
    private static final Map<Path, Claim> HELD_HERE = new HashMap<>();

    private final Path file;
    private final FileChannel channel;

    /**
     * @param gpuUuid {@code GPU-…}
     * @param owner for people
     * @param pid process id
     * @param since when it took it
     * @param held whether it lives; else the file is what it left behind
     */
    public record Claim(String gpuUuid, String owner, long pid, Instant since, boolean held) {
        public Map<String, Object> toMap() {
            var map = new LinkedHashMap<String, Object>();
            map.put("gpu-uuid", gpuUuid);
            map.put("owner", owner);
            map.put("pid", pid);
            map.put("since", since.toString());
            map.put("held", held);
            return map;
        }
    }

    private GpuOwner(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** @throws IOException naming the owner if there is one, or why the folder cannot be used */
    public static GpuOwner claim(Path folder, String gpuUuid, String owner) throws IOException {
        Path file = folder.toAbsolutePath().normalize().resolve(gpuUuid + SUFFIX);
        try {
            Files.createDirectories(file.getParent());
        } catch (IOException e) {
            throw new IOException(
                    "the folder of the GPUs' owners cannot be made: " + e.getMessage() + "; give another --owners", e);
        }
        synchronized (HELD_HERE) {
            if (HELD_HERE.containsKey(file)) {
                throw taken(HELD_HERE.get(file), file);
            }
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            boolean kept = false;
            try {
                if (channel.tryLock() == null) {
                    throw taken(read(file, true), file);
                }
                Claim claim = new Claim(
                        gpuUuid,
                        owner,
                        ProcessHandle.current().pid(),
                        Instant.now().truncatedTo(ChronoUnit.SECONDS),
                        true);
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(JSON.std.asBytes(claim.toMap())));
                HELD_HERE.put(file, claim);
                kept = true;
                return new GpuOwner(file, channel);
            } finally {
                if (!kept) {
                    channel.close();
                }
            }
        }
    }

    /** All that are written there, for people. */
    public static List<Claim> claims(Path folder) throws IOException {
        List<Claim> result = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder.toAbsolutePath().normalize())) {
                for (Path file : files.sorted().toList()) {
                    if (file.toString().endsWith(SUFFIX)) {
                        result.add(look(file));
                    }
                }
            }
        }
        return result;
    }

    public Claim claim() {
        synchronized (HELD_HERE) {
            return HELD_HERE.get(file);
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (HELD_HERE) {
            channel.close();
            HELD_HERE.remove(file);
        }
    }

    private static Claim look(Path file) throws IOException {
        synchronized (HELD_HERE) {
            if (HELD_HERE.containsKey(file)) {
                return HELD_HERE.get(file);
            }
            boolean held;
            // shared, so that several processes may look at once
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                held = channel.tryLock(0, Long.MAX_VALUE, true) == null;
            }
            return read(file, held);
        }
    }

    private static Claim read(Path file, boolean held) throws IOException {
        String uuid = file.getFileName().toString().replace(SUFFIX, "");
        try {
            Map<String, Object> map = JSON.std.mapFrom(Files.readString(file));
            return new Claim(
                    uuid,
                    String.valueOf(map.get("owner")),
                    map.get("pid") instanceof Number pid ? pid.longValue() : -1,
                    Instant.parse(String.valueOf(map.get("since"))),
                    held);
        } catch (IOException | DateTimeParseException unreadable) {
            // another tool's lock, or one that is being written: what counts is whether it is held
            return new Claim(
                    uuid, "unknown", -1, Files.getLastModifiedTime(file).toInstant(), held);
        }
    }

    private static IOException taken(Claim by, Path file) {
        return new IOException(by.gpuUuid() + " is cut by " + by.owner() + " (process " + by.pid() + ", since "
                + by.since() + ", by " + file + "); end it first");
    }
}
