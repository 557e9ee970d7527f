package io.tomogrid.archive;

import java.io.IOException;

/** There is no room for a payload. Nothing was acknowledged; the log takes it once there is room, without a restart. */
public final class NoRoomException extends IOException {
    private static final long serialVersionUID = 1;

    NoRoomException(String message, Throwable cause) {
        super(message, cause);
    }

    NoRoomException(String message) {
        super(message);
    }
}
