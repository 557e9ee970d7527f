package io.tomogrid.codec;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.util.Locale;

/**
 * A library of this machine that decodes, bound when a frame first needs it: installing it helps at once.
 *
 * @param <T> its functions
 */
final class SharedLibrary<T extends Library> {
    private final String format;
    private final String debianPackage;
    private final String fileName;
    private final Class<T> functions;
    private T bound;

    /** @param format that it decodes, for messages @param fileName as the loader looks for it, or a path */
    SharedLibrary(String format, String debianPackage, String fileName, Class<T> functions) {
        this.format = format;
        this.debianPackage = debianPackage;
        this.fileName = fileName;
        this.functions = functions;
    }

    synchronized T bind() throws CodecMissingException {
        if (bound == null) {
            try {
                bound = Native.load(fileName, functions);
            } catch (UnsatisfiedLinkError missing) {
                throw new CodecMissingException(
                        String.format(
                                Locale.ROOT,
                                "%s is decoded by %s, which this machine lacks; install Debian's package %s or its counterpart",
                                format,
                                fileName,
                                debianPackage),
                        missing);
            }
        }
        return bound;
    }

    boolean present() {
        try {
            bind();
            return true;
        } catch (CodecMissingException absent) {
            return false;
        }
    }

    String debianPackage() {
        return debianPackage;
    }
}
