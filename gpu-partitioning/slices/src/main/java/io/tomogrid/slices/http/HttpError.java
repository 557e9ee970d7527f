package io.tomogrid.slices.http;

/** A request that is refused; the message says what was wrong and what to do next, and holds no patient data. */
public final class HttpError extends RuntimeException {
    private final int status;

    public HttpError(int status, String message) {
        super(message);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
