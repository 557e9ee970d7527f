package io.tomogrid.slices.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process that a {@link Supervisor} looks after: one that it started, or one that its predecessor left. */
interface Child {
    ProcessHandle handle();

    boolean isAlive();

    /** Waits for its end. @return whether it has ended */
    boolean endsWithin(long millis) throws InterruptedException;

    /** How it ended, for people. */
    String ending();

    /** Asks it to end. */
    void dismiss() throws IOException;

    /** @param bound whether it does without our pipe, see {@link Bond} */
    record Started(Process process, boolean bound) implements Child {
        @Override
        public ProcessHandle handle() {
            return process.toHandle();
        }

        @Override
        public boolean isAlive() {
            return process.isAlive();
        }

        @Override
        public boolean endsWithin(long millis) throws InterruptedException {
            return process.waitFor(millis, TimeUnit.MILLISECONDS);
        }

        @Override
        public String ending() {
            return "with code " + process.exitValue();
        }

        @Override
        public void dismiss() throws IOException {
            if (bound) {
                process.destroy();
            } else {
                process.getOutputStream().close();
            }
        }
    }

    /** Its end is seen by its lock: the system tells of the end of its own children alone, and may list a dead one on. */
    record Adopted(ProcessHandle handle, Path folder) implements Child {
        private static final long LOOK_MILLIS = 50;

        @Override
        public boolean isAlive() {
            try {
                return Bond.hasChild(folder);
            } catch (IOException cannotTell) {
                return handle.isAlive();
            }
        }

        @Override
        public boolean endsWithin(long millis) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            while (isAlive()) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                Thread.sleep(LOOK_MILLIS);
            }
            return true;
        }

        @Override
        public String ending() {
            return "as somebody else's child";
        }

        @Override
        public void dismiss() {
            handle.destroy();
        }
    }
}
