package io.tomogrid.archive;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.Syncable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to a file of this machine past the page cache: what is written once and waited for only costs time and memory
 * there. One thread may write while another one syncs.
 */
final class DirectOutput extends OutputStream implements Syncable, StreamCapabilities {
    /* Whole blocks go straight to the disk, the bytes behind the last one through the page cache, so that the file is
     * always as long as what was written; they go once more when their block is full. Of the two buffers one is filled
     * while the other one is written. */
    private static final Logger LOG = LoggerFactory.getLogger(DirectOutput.class);
    /** Bytes of each buffer: some instances that come at once are written at once. */
    private static final int BUFFER = 4 << 20;

    /** Also where the file system's blocks are smaller than the disk's. */
    private static final int LEAST_BLOCK = 1 << 12;

    private static final int MOST_BLOCK = 1 << 16;

    /** For the next segment: the collector, which sees how small they are in the heap, would leave them for long. */
    private static final Queue<ByteBuffer> SPARE = new ArrayBlockingQueue<>(2);

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final FileChannel blocks;
    private final FileChannel rest;
    private final int block;

    private final ReentrantLock turn = new ReentrantLock();
    private final Condition written = turn.newCondition();
    private ByteBuffer filling;
    private ByteBuffer spare;
    /** Where {@link #filling} begins in the file, at a block's border. */
    private long start;
    /** Bytes of {@link #filling} that are in the file already. */
    private int kept;

    private boolean writing;
    private boolean failed;

    private DirectOutput(FileChannel blocks, FileChannel rest, int block, int bufferBytes) {
        this.blocks = blocks;
        this.rest = rest;
        this.block = block;
        this.filling = buffer(bufferBytes);
        this.spare = buffer(bufferBytes);
    }

    private static ByteBuffer buffer(int bytes) {
        ByteBuffer kept = bytes == BUFFER ? SPARE.poll() : null;
        return kept != null
                ? kept.clear()
                : ByteBuffer.allocateDirect(bytes + MOST_BLOCK).alignedSlice(MOST_BLOCK);
    }

    /**
     * @param file is there and empty
     * @param expectedBytes how long it will about be
     * @return empty if its file system has no such access
     */
    static Optional<DirectOutput> open(Path file, long expectedBytes) throws IOException {
        long block = Math.max(LEAST_BLOCK, Files.getFileStore(file).getBlockSize());
        if (block > MOST_BLOCK || Long.bitCount(block) != 1) {
            return Optional.empty();
        }
        FileChannel rest = FileChannel.open(file, StandardOpenOption.WRITE);
        try {
            FileChannel blocks = FileChannel.open(file, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
            int bufferBytes = (int) Math.min(BUFFER, (expectedBytes / MOST_BLOCK + 1) * MOST_BLOCK);
            return Optional.of(new DirectOutput(blocks, rest, (int) block, bufferBytes));
        } catch (IOException | UnsupportedOperationException throughTheCacheOnly) {
            LOG.debug("{} is written through the page cache", file, throughTheCacheOnly);
            rest.close();
            return Optional.empty();
        }
    }

    @Override
    public void write(int one) throws IOException {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        turn.lock();
        try {
            int from = offset;
            while (from < offset + length) {
                if (filling.hasRemaining()) {
                    int some = Math.min(filling.remaining(), offset + length - from);
                    filling.put(bytes, from, some);
                    from += some;
                } else if (writing) {
                    written.awaitUninterruptibly();
                } else {
                    drain();
                }
            }
        } finally {
            turn.unlock();
        }
    }

    /** All that was written before is in the file, not yet durable. */
    @Override
    public void flush() throws IOException {
        turn.lock();
        try {
            while (writing) {
                written.awaitUninterruptibly();
            }
            drain();
        } finally {
            turn.unlock();
        }
    }

    @Override
    public void hflush() throws IOException {
        flush();
    }

    @Override
    public void hsync() throws IOException {
        flush();
        rest.force(false);
    }

    @Override
    public boolean hasCapability(String capability) {
        return StreamCapabilities.HSYNC.equalsIgnoreCase(capability)
                || StreamCapabilities.HFLUSH.equalsIgnoreCase(capability);
    }

    @Override
    public void close() throws IOException {
        try (blocks;
                rest) {
            if (!failed) {
                flush();
            }
        } finally {
            giveBack();
        }
    }

    /** Nothing can be written any more. */
    private void giveBack() {
        turn.lock();
        try {
            while (writing) {
                written.awaitUninterruptibly();
            }
            failed = true;
            if (filling.capacity() >= BUFFER) {
                SPARE.offer(filling);
                SPARE.offer(spare);
            }
            filling = NONE;
            spare = NONE;
        } finally {
            turn.unlock();
        }
    }

    /** Writes what is filled, with the lock, and without it meanwhile. */
    private void drain() throws IOException {
        if (failed) {
            throw new IOException("the file was closed or an earlier write to it failed");
        }
        if (filling.position() == kept) {
            return;
        }
        ByteBuffer out = filling.flip();
        long at = start;
        int whole = out.limit() / block * block;
        ByteBuffer tail = out.duplicate().position(whole);
        filling = spare.clear().put(tail.duplicate());
        kept = filling.position();
        start += whole;
        writing = true;
        turn.unlock();
        boolean done = false;
        try {
            write(blocks, out.limit(whole), at);
            write(rest, tail, at + whole);
            done = true;
        } finally {
            turn.lock();
            spare = out;
            writing = false;
            failed |= !done;
            written.signalAll();
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        long place = at;
        while (bytes.hasRemaining()) {
            place += channel.write(bytes, place);
        }
    }
}
