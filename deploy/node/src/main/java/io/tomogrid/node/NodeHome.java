package io.tomogrid.node;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The folder that holds everything of one node: archive, database, logs, and {@code node.json}, by which the command line
 * finds the node while it runs. Only its owner may look into it.
 */
public record NodeHome(Path path) {

    /** @throws IOException if it cannot be made or is not a folder */
    public static NodeHome at(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        if (!Files.isDirectory(absolute)) {
            Files.createDirectories(absolute);
            Files.setPosixFilePermissions(absolute, PosixFilePermissions.fromString("rwx------"));
        }
        return new NodeHome(absolute);
    }

    public Path folder(String name) throws IOException {
        return Files.createDirectories(path.resolve(name));
    }

    public Path logs() throws IOException {
        return folder("logs");
    }

    /** Where a running node is. @param token password of user {@code tomogrid} at every service */
    public record Running(
            long pid, String token, URI gateway, URI manager, URI inference, int dicomPort, String aeTitle) {
        public boolean alive() {
            return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        }
    }

    /** The node that runs here now. */
    public Optional<Running> running() throws IOException {
        Path file = path.resolve("node.json");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Map<String, Object> map = JSON.std.mapFrom(Files.readString(file));
        return Optional.of(new Running(
                        ((Number) map.get("pid")).longValue(),
                        (String) map.get("token"),
                        URI.create((String) map.get("gateway")),
                        URI.create((String) map.get("manager")),
                        URI.create((String) map.get("inference")),
                        ((Number) map.get("dicom-port")).intValue(),
                        (String) map.get("ae-title")))
                .filter(Running::alive);
    }

    void announce(Running node) throws IOException {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("pid", node.pid());
        map.put("token", node.token());
        map.put("gateway", node.gateway().toString());
        map.put("manager", node.manager().toString());
        map.put("inference", node.inference().toString());
        map.put("dicom-port", node.dicomPort());
        map.put("ae-title", node.aeTitle());
        Path beside = path.resolve("node.json.new");
        secret(beside, JSON.std.asString(map));
        Files.move(beside, path.resolve("node.json"), StandardCopyOption.ATOMIC_MOVE);
    }

    void withdraw() throws IOException {
        Files.deleteIfExists(path.resolve("node.json"));
    }

    /** Writes a file that only its owner may read. */
    static void secret(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Holds the home for one node; the lock ends with the process.
     *
     * @throws IOException if another node has it
     */
    FileLock lock() throws IOException {
        FileChannel channel =
                FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new IOException("another node runs in " + path + ": stop it, or choose another --home");
        }
        return lock;
    }
}
