package io.tomogrid.inference.client;

import java.io.IOException;

/** The service answered, but not with a result. */
public final class InferenceException extends IOException {
    private static final long serialVersionUID = 1;
    private final int httpStatus;

    InferenceException(int httpStatus, String message) {
        super(message);
        this.httpStatus = httpStatus;
    }

    public int httpStatus() {
        return httpStatus;
    }

    /** Whether the same request may succeed later: the model is being loaded or the service is busy. */
    public boolean retryable() {
        return httpStatus >= 500 || httpStatus == 429 || httpStatus == 408;
    }
}
