package io.tomogrid.sparkjob;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;

/**
 * The environment of this process as native libraries see it. Java's own copy ({@link System#getenv}) was made at the start
 * and does not follow.
 */
final class NativeEnvironment {
    private interface LibC extends Library {
        LibC INSTANCE = Native.load("c", LibC.class);

        int setenv(String name, String value, int overwrite) throws LastErrorException;

        String getenv(String name);
    }

    private NativeEnvironment() {}

    static void set(String name, String value) {
        LibC.INSTANCE.setenv(name, value, 1);
    }

    /** Null if it is not set. */
    static String get(String name) {
        return LibC.INSTANCE.getenv(name);
    }
}
