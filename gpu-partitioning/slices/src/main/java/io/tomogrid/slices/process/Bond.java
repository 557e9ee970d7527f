package io.tomogrid.slices.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What binds a child that may outlive its supervisor to the next one. In a folder of its own the child locks one file, in
 * which it tells its process id and as what it was started; whoever keeps it locks another. The system ends a process's locks
 * with it, so neither is taken for alive once it is not, whatever process has its number by then.
 */
final class Bond {
    /** In the child's environment, where no other user reads it: what {@link #digest} makes of its spec. */
    static final String AS = "TOMOGRID_BOUND_AS";

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PAUSE_MILLIS = 20;

    /** The garbage collector must not close what nobody else remembers. */
    private static FileChannel entered;

    private Bond() {}

    /** A child that runs. @param as the digest of the spec by which it was started */
    record Found(ProcessHandle process, String as) {}

    /**
     * Keeps the child of a folder as long as the channel is open.
     *
     * @throws IOException if another process does
     */
    static FileChannel keep(Path folder) throws IOException {
        return lock(folder.resolve("keeper.lock"), "keeps this child already");
    }

    /** For the child: whether somebody keeps it now. */
    static boolean isKept(Path folder) throws IOException {
        return isLocked(folder.resolve("keeper.lock"));
    }

    /**
     * For the child, once, at its start; until it ends.
     *
     * @throws IOException if another process is in its place
     */
    static synchronized void enter(Path folder) throws IOException {
        entered = lock(child(folder), "is this child already");
        String as = Optional.ofNullable(System.getenv(AS)).orElse("nobody");
        entered.truncate(0);
        entered.write(
                ByteBuffer.wrap((ProcessHandle.current().pid() + " " + as + "\n").getBytes(StandardCharsets.US_ASCII)));
    }

    static boolean hasChild(Path folder) throws IOException {
        return isLocked(child(folder));
    }

    /** The child of a folder, if one runs. */
    static Optional<Found> find(Path folder) throws IOException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (hasChild(folder)) {
            String said = Files.readString(child(folder));
            // it writes a moment after it locks; and what a dead one wrote is not said of the one that runs
            if (said.endsWith("\n") && hasChild(folder)) {
                String[] words = said.strip().split(" ");
                return ProcessHandle.of(Long.parseLong(words[0])).map(process -> new Found(process, words[1]));
            }
            if (System.nanoTime() > deadline) {
                throw new IOException(child(folder) + " is locked by a process that does not say which it is");
            }
            pause();
        }
        return Optional.empty();
    }

    /** Of all by which a child is started. */
    static String digest(ChildSpec spec) {
        String all = List.of(spec.command(), new TreeMap<>(spec.env())).toString();
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }

    private static Path child(Path folder) {
        return folder.resolve("child.lock");
    }

    /** Somebody who only looks holds it for an instant. */
    private static FileChannel lock(Path file, String what) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            file.toFile().setReadable(false, false);
            file.toFile().setReadable(true, true);
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            while (channel.tryLock() == null) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("another process " + what + ": it has locked " + file);
                }
                pause();
            }
            return channel;
        } catch (OverlappingFileLockException ourselves) {
            channel.close();
            throw new IOException("this process " + what + ": it has locked " + file, ourselves);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Shared, so that several may look at once. */
    private static boolean isLocked(Path file) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.tryLock(0, Long.MAX_VALUE, true) == null;
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
